import { retryAfterMs } from '#shared/infrastructure/retry-after.ts'
import type { Sender, SendOutcome } from '../../domain/ports.ts'
import { post, type VendorAnswer, type VendorRequest } from './http-post.ts'

/** What every vendor's API is reached with. */
export interface HttpSettings {
  baseUrl: string
  /** How long an answer may take, in milliseconds. */
  timeoutMs: number
}

/** What a vendor said no to. `reason` holds its codes and never its prose, which likes to name the recipient. */
export interface Refusal {
  reason: string
  /** The address or device is at fault, and stays so. */
  unreachable: boolean
  /** What the vendor asks to wait, where it says so in its own way. */
  retryAfterMs?: number | undefined
}

/** One vendor's API: how a message is put, and how the answers read. */
export interface Vendor<M> {
  name: string
  timeoutMs: number
  /** The request, or how the sending ended where there is none to make. */
  request(
    message: M,
    key: string,
    signal: AbortSignal,
  ): Promise<VendorRequest | SendOutcome> | VendorRequest | SendOutcome
  /** Under which id the vendor knows an accepted message. */
  idOf(answer: VendorAnswer, key: string): string
  refusal(answer: VendorAnswer): Refusal
}

/**
 * What a status means that is no success. Credentials, a wrong address of the API and a spent allowance are no fault of
 * the message, which waits (`busy`) until someone has mended them. A server's failure (5xx) does not tell whether the
 * message was taken before it; only 503 does.
 */
const outcomeOf = ({ status, headers }: VendorAnswer, refusal: Refusal): SendOutcome => {
  const { reason, unreachable } = refusal
  if (unreachable) return { kind: 'unreachable', reason }
  const waits = [401, 402, 403, 404, 408, 425, 429, 503].includes(status) || status < 400
  if (waits) return { kind: 'busy', reason, retryAfterMs: refusal.retryAfterMs ?? retryAfterMs(headers) }
  return { kind: status < 500 ? 'refused' : 'unknown', reason }
}

/** A sender by a vendor's HTTP API. It sends once; whether to try again is decided by who called. */
export const createHttpSender = <M>(vendor: Vendor<M>): Sender<M> => ({
  name: vendor.name,
  send: async (message, key, signal) => {
    const request = await vendor.request(message, key, signal)
    if ('kind' in request) return request
    const answer = await post(request, vendor.timeoutMs, signal)
    if ('kind' in answer) return answer
    if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted', providerId: vendor.idOf(answer, key) }
    return outcomeOf(answer, vendor.refusal(answer))
  },
})

/** Joins a status and a vendor's codes to a reason. */
export const reasonOf = (status: number, ...codes: unknown[]): string =>
  [status, ...codes.filter((code) => code !== undefined && code !== '')].join(' ')
