import type { Page, Paged } from '#shared/application/paged.ts'
import { decodeTimePosition, pageOf } from '#shared/application/paging.ts'

interface Dated {
  id: string
  createdAt: Date
}

/**
 * A page of what meets a condition, newest first. `select` gets the whole condition with its order and limit; `values` are
 * those of `where`, from $1 on.
 */
export const newestFirst = async <T extends Dated>(
  select: (where: string, ...values: unknown[]) => Promise<T[]>,
  { size, token }: Page,
  where: string,
  ...values: unknown[]
): Promise<Paged<T>> => {
  const place = decodeTimePosition(token)
  const next = values.length + 1
  const after = place ? ` and (created_at, id) < ($${next + 1}::timestamptz, $${next + 2}::uuid)` : ''
  const condition = `${where}${after} order by created_at desc, id desc limit $${next}`
  const rows = await select(condition, ...values, size + 1, ...(place ? [place.time, place.id] : []))
  return pageOf(rows, size, ({ createdAt, id }) => [createdAt.getTime(), id])
}
