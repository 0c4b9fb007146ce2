import { decodePageToken, farthestMs, invalidToken, uuid } from './paging.ts'

const checked =
  <T>(isValid: (value: unknown) => value is T) =>
  (value: unknown): T => {
    if (!isValid(value)) throw invalidToken()
    return value
  }

/** Values out of a page token, which anybody may have written. Each throws INVALID_PAGE_TOKEN. */
export const wholeNumber = checked(
  (value): value is number => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
)
export const sequenceValue = checked((value): value is number => Number.isSafeInteger(value))
export const finiteNumber = checked((value): value is number => Number.isFinite(value))
/** A number that Postgres takes as a `real`: neither too large for one nor too small. */
export const realValue = checked(
  (value): value is number =>
    typeof value === 'number' && Number.isFinite(Math.fround(value)) && (value === 0 || Math.fround(value) !== 0),
)
export const uuidValue = checked((value): value is string => typeof value === 'string' && uuid.test(value))
export const textValue = checked((value): value is string => typeof value === 'string' && !value.includes('\0'))

/** The values of a page token; undefined for the first page. Throws INVALID_PAGE_TOKEN. */
export const placeOf = (token: string, length: number): unknown[] | undefined =>
  token === '' ? undefined : decodePageToken(token, length)

/** A time in ISO 8601. */
export const timeValue = (value: unknown): Date => {
  const time = new Date(textValue(value))
  if (!(Math.abs(time.getTime()) < farthestMs)) throw invalidToken()
  return time
}
