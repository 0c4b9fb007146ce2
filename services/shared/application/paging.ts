import { invalid } from '../domain/errors.ts'

/** An id as tokens hold it. */
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Databases and JavaScript know different ends of time; no item is farther away than this. */
export const farthestMs = 60_000_000_000_000

/** An opaque token for the place that a page ended at: the sort keys of its last item. Values must survive JSON. */
export const encodePageToken = (values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url')

const parse = (token: string): unknown => {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
}

/** What is said of a token that this list has not answered. */
export const invalidToken = () =>
  invalid('page_token', 'INVALID_PAGE_TOKEN', 'must be a next_page_token that this list has answered')

/** The values of a page token; throws INVALID_PAGE_TOKEN unless it holds exactly `length`. */
export const decodePageToken = (token: string, length: number): unknown[] => {
  const values = parse(token)
  if (!Array.isArray(values) || values.length !== length) throw invalidToken()
  return values
}

/** The place `(time, id)` that a token stands for; undefined for the first page. Throws INVALID_PAGE_TOKEN. */
export const decodeTimePosition = (token: string): { time: Date; id: string } | undefined => {
  if (token === '') return undefined
  const [milliseconds, id] = decodePageToken(token, 2)
  const isTime = Number.isInteger(milliseconds) && Math.abs(milliseconds as number) < farthestMs
  if (!isTime || typeof id !== 'string' || !uuid.test(id)) throw invalidToken()
  return { time: new Date(milliseconds as number), id }
}

/** How many items a page gets: `fallback` for zero, never more than `max`. */
export const pageSize = (requested: number, fallback: number, max: number): number =>
  requested <= 0 ? fallback : Math.min(requested, max)

/**
 * Cuts a page out of the rows of a query that asked for one more than `size`, with the token of the next page, empty
 * at the end.
 */
export const pageOf = <Row>(
  rows: readonly Row[],
  size: number,
  keysOf: (last: Row) => readonly unknown[],
): { items: Row[]; nextPageToken: string } => {
  const items = rows.slice(0, size)
  const last = items.at(-1)
  return { items, nextPageToken: rows.length > size && last !== undefined ? encodePageToken(keysOf(last)) : '' }
}

const writtenLimits = [21, 51, 101]

/**
 * A limit of `rows` or some more, to be written into a query of pages. One that is a parameter Postgres does not know
 * when it plans: it would rather plan anew every time.
 */
export const writtenLimit = (rows: number): number => writtenLimits.find((one) => one >= rows) ?? rows
