import { exhausted } from '#shared/domain/errors.ts'

const firstDelayMs = 1000
const longestDelayMs = 15 * 60_000

/** Failures are forgotten when none came for so long. */
export const forgetAfterMs = 24 * 60 * 60_000

/** Failures in a row, of an account or from an address. */
export interface Failures {
  count: number
  lastAt: Date
  /** How many are let pass without delay. */
  allowance: number
}

/** How long after its last failure the next try waits, in milliseconds: 1 s when the allowance is used up, doubling. */
export const delayAfter = (count: number, allowance: number): number =>
  count < allowance ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(count - allowance, 20))

/** Throws LOGIN_DELAYED while any of them asks for a delay. */
export const mustNotBeDelayed = (failures: readonly Failures[], now: Date): void => {
  const waits = failures
    .filter(({ lastAt }) => now.getTime() - lastAt.getTime() < forgetAfterMs)
    .map(({ count, lastAt, allowance }) => lastAt.getTime() + delayAfter(count, allowance) - now.getTime())
  const retryAfterMs = Math.max(0, ...waits)
  if (retryAfterMs > 0)
    throw exhausted('LOGIN_DELAYED', 'too many failed attempts; wait before the next', { retryAfterMs })
}

/** The memory of failed sign-ins. What it writes stays although the call fails. */
export interface LoginFailures {
  /** Of the account (by the key of its e-mail address, whether it exists or not) and of the network address. */
  of(emailKey: string, address: string): Promise<Failures[]>
  record(emailKey: string, address: string, now: Date): Promise<void>
  /** Forgets those of the account. */
  clear(emailKey: string): Promise<void>
}
