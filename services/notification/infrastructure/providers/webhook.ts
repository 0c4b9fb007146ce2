import { timingSafeEqual } from 'node:crypto'
import { invalid } from '#shared/domain/errors.ts'
import type { DeliveryReport } from '../../domain/ports.ts'

/** A vendor's request: the query as it came, without `?`, headers by lower-case names, and the bytes of the body. */
export interface WebhookRequest {
  query: string
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
}

/** What one vendor tells after a message was accepted. */
export interface Webhook {
  readonly name: string
  /** Whether the vendor signed this, and lately. */
  verify(request: WebhookRequest, now: Date): boolean | Promise<boolean>
  /**
   * The reports of a request that was verified; `at` is `now` where the vendor does not say. What is no news of a delivery
   * is left out, as are tries that the vendor repeats by itself, and what was not sent by us: a soft bounce is one for good,
   * for which the address is not to blame. Throws INVALID_ARGUMENT / WEBHOOK_MALFORMED.
   */
  parse(request: WebhookRequest, now: Date): DeliveryReport[]
}

const toleranceMs = 5 * 60_000

/** Whether a second of the vendor's clock is at most five minutes from `now`, either way. */
export const isRecent = (seconds: string, now: Date): boolean =>
  /^\d{1,12}$/.test(seconds) && Math.abs(now.getTime() - Number(seconds) * 1000) <= toleranceMs

/** Compares texts in a time that tells nothing of where they differ. */
export const isSameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The bytes of a text in base64; undefined unless it is the one way to write them. */
export const strictBase64 = (text: string, encoding: 'base64' | 'base64url' = 'base64'): Buffer | undefined => {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === text ? bytes : undefined
}

export const malformed = (what: string) => invalid('body', 'WEBHOOK_MALFORMED', what)

/** The JSON of a body; undefined where it is none. */
export const jsonOf = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}

/** A second since 1970, in parts where the vendor has them. Throws WEBHOOK_MALFORMED. */
export const dateOf = (seconds: unknown): Date => {
  const date = new Date(Number(seconds) * 1000)
  if (typeof seconds !== 'number' || Number.isNaN(date.getTime())) throw malformed(`"${seconds}" is no time`)
  return date
}

/** A report's detail of a vendor's own words, of which there may be any number: never long. */
export const detailOf = (...words: unknown[]): string =>
  words
    .filter((word) => typeof word === 'string' || typeof word === 'number')
    .filter((word) => word !== '')
    .join(' ')
    .slice(0, 100)
