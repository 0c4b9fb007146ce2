import { unauthenticated } from '#shared/domain/errors.ts'
import { mustNotBeDelayed } from '../domain/login-throttle.ts'
import type { Ports } from './ports.ts'

interface Attempt {
  emailKey: string
  /** The network address it comes from. */
  address: string
  password: string
  /** None for an unknown address or an account without a password: then nothing is right. */
  hash: string | undefined
  /** Whether a second factor is asked for besides: failures are forgotten only when that is right, too. */
  isFirst: boolean
}

export const invalidCredentials = () =>
  unauthenticated('INVALID_CREDENTIALS', 'the e-mail address or the password is wrong')

/**
 * Checks a password and remembers failures. Takes the same time whether there is a hash or not. Throws
 * INVALID_CREDENTIALS; LOGIN_DELAYED, without looking, after too many failures; HASHING_BUSY.
 */
export const confirmPassword = async (
  { failures, passwords, clock }: Ports,
  { emailKey, address, password, hash, isFirst }: Attempt,
): Promise<void> => {
  let failedBefore = false
  // Both within its turn: else a burst of guesses would pass before the first of them is counted.
  const turn = {
    admit: async () => {
      const known = await failures.of(emailKey, address)
      mustNotBeDelayed(known, clock.now())
      failedBefore = known.length > 0
    },
    failed: () => failures.record(emailKey, address, clock.now()),
  }
  if (!(await passwords.verify(password, hash, turn))) throw invalidCredentials()
  if (failedBefore && !isFirst) await failures.clear(emailKey)
}
