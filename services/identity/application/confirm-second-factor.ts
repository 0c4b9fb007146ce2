import { precondition } from '#shared/domain/errors.ts'
import { mustNotBeDelayed } from '../domain/login-throttle.ts'
import { type SecondFactor, totpInvalid } from '../domain/second-factor.ts'
import { stepOf } from '../domain/totp.ts'
import type { User } from '../domain/user.ts'
import type { Ports } from './ports.ts'

/** What a code from an app is kept apart from a recovery code by; how people group their signs does not count. */
const signsOf = (text: string): string => text.replace(/[\s-]/g, '').toLowerCase()

/** What is kept of a recovery code. */
export const recoveryHashOf = ({ secrets }: Pick<Ports, 'secrets'>, userId: string, code: string): string =>
  secrets.derive('recovery-code', `${userId}:${signsOf(code)}`)

/** The step whose code an app shows; none when this is no code of these minutes. */
export const stepOfCode = (
  { sealer, hmacSha1, clock }: Ports,
  { id, sealedSecret }: SecondFactor,
  text: string,
): number | undefined => {
  const code = signsOf(text)
  return /^\d{6}$/.test(code) ? stepOf(hmacSha1, sealer.unseal(id, sealedSecret), code, clock.now()) : undefined
}

/**
 * Uses up a code of an account that asks for one, and remembers failures as those of the password are. Must run in the
 * account's turn: else a burst of guesses would pass before the first of them is counted. Throws USER_SUSPENDED;
 * TOTP_REQUIRED without a code; TOTP_INVALID; LOGIN_DELAYED, without looking, after too many failures.
 */
export const confirmSecondFactor = async (ports: Ports, user: User, text: string, address: string): Promise<void> => {
  const { secondFactors, failures, clock } = ports
  user.mustBeActive()
  if (!user.hasTotp) return
  if (text === '') throw precondition('TOTP_REQUIRED', 'this account asks for a code of its app or a recovery code')
  const known = await failures.of(user.emailKey, address)
  mustNotBeDelayed(known, clock.now())
  const factor = await secondFactors.find(user.id)
  if (!factor?.takeStep(stepOfCode(ports, factor, text))) {
    if (!factor?.takeRecovery(recoveryHashOf(ports, user.id, text))) {
      await failures.record(user.emailKey, address, clock.now())
      throw totpInvalid()
    }
    user.noteRecovery(factor.recoveryHashes.length, clock.now())
  }
  if (known.length > 0) await failures.clear(user.emailKey)
}
