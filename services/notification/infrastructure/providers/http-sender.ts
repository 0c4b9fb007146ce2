import { retryAfterMs } from '#shared/infrastructure/retry-after.ts'
import type { Sender, SendOutcome } from '../../domain/ports.ts'
import { post, type VendorAnswer, type VendorRequest } from './http-post.ts'

export type Busy = Extract<SendOutcome, { kind: 'busy' }>

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
  /** It says no to this address or device alone, whatever the status says. */
  ofRecipient?: boolean
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

const toBeMended = [401, 402, 403, 404]

/**
 * What a status means that is no success. Credentials, a wrong address of the API and a spent allowance are no fault of
 * the message, which waits (`busy`) until someone has mended them. A server that says that it failed (5xx) has not taken
 * the message: all of these vendors ask to send it again then.
 */
const outcomeOf = ({ status, headers }: VendorAnswer, refusal: Refusal): SendOutcome => {
  const { reason, unreachable } = refusal
  if (unreachable) return { kind: 'unreachable', reason }
  const needsMending = toBeMended.includes(status) && !refusal.ofRecipient
  const waits = [...toBeMended, 408, 425, 429].includes(status) || status < 400 || status >= 500
  if (!waits) return { kind: 'refused', reason }
  const wish = refusal.retryAfterMs ?? retryAfterMs(headers)
  return { kind: 'busy', reason, retryAfterMs: wish, ...(needsMending && { needsMending }) }
}

/** What goes wrong before there is a request has sent nothing. Its name is told, for its words may name the recipient. */
export const notMade = (error: unknown): Busy => ({
  kind: 'busy',
  reason: `not put together: ${(error as Error).name}`,
  retryAfterMs: undefined,
})

const requestOf = async <M>(vendor: Vendor<M>, message: M, key: string, signal: AbortSignal) => {
  try {
    return await vendor.request(message, key, signal)
  } catch (error) {
    return notMade(error)
  }
}

/** A sender by a vendor's HTTP API. It sends once; whether to try again is decided by who called. */
export const createHttpSender = <M>(vendor: Vendor<M>): Sender<M> => ({
  name: vendor.name,
  send: async (message, key, signal) => {
    const request = await requestOf(vendor, message, key, signal)
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
