import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import type { Ports } from './ports.ts'

interface ListUsers {
  query: string
  isActive?: boolean | undefined
  pageSize: number
  pageToken: string
}

/** Accounts, newest first, whose address or name begins with the query, or whose id it is. Throws INVALID_PAGE_TOKEN. */
export const listUsers =
  ({ directory }: Ports) =>
  async ({ query, isActive, ...page }: ListUsers) => {
    const size = pageSize(page.pageSize, 20, 100)
    const after = decodeTimePosition(page.pageToken)
    const rows = await directory.list({ query: query.trim(), isActive, after, limit: size + 1 })
    return pageOf(rows, size, (last) => [last.createdAt.getTime(), last.id])
  }
