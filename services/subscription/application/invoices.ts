import { placeOf, textValue } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import type { Ports } from './ports.ts'

/** A user's invoices, newest first. Throws INVALID_PAGE_TOKEN. */
export const listInvoices =
  ({ invoices }: Ports) =>
  async (userId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const place = placeOf(page.pageToken, 1)
    const rows = await invoices.list(userId, place && textValue(place[0]), size + 1)
    return pageOf(rows, size, ({ number }) => [number])
  }
