import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import type { Ports } from './ports.ts'

/** A user's live sessions, last used first. Throws INVALID_PAGE_TOKEN. */
export const listSessions =
  ({ sessions, clock }: Ports) =>
  async (userId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const after = decodeTimePosition(page.pageToken)
    const rows = await sessions.page(userId, clock.now(), size + 1, after)
    return pageOf(rows, size, (last) => [last.lastUsedAt.getTime(), last.id])
  }
