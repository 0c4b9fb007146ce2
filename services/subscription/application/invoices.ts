import { placeOf, wholeNumber } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import type { Ports } from './ports.ts'

/** A user's invoices, newest first. Throws INVALID_PAGE_TOKEN. */
export const listInvoices =
  ({ invoices }: Ports) =>
  async (userId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const place = placeOf(page.pageToken, 2)
    const before = place && { year: wholeNumber(place[0]), sequence: wholeNumber(place[1]) }
    const rows = await invoices.list(userId, before, size + 1)
    return pageOf(rows, size, ({ place: { year, sequence } }) => [year, sequence])
  }
