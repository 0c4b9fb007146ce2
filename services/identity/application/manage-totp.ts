import { precondition } from '#shared/domain/errors.ts'
import { base32 } from '../domain/base32.ts'
import { recoveryCodeCount, SecondFactor } from '../domain/second-factor.ts'
import { otpauthUri } from '../domain/totp.ts'
import { confirmOwner, mustHaveLiveSession, mustKeepLiveSession, type Owner } from './confirm-owner.ts'
import { invalidCredentials } from './confirm-password.ts'
import { confirmSecondFactor, recoveryHashOf, stepOfCode } from './confirm-second-factor.ts'
import type { Ports } from './ports.ts'

/** As RFC 4226 recommends. */
const secretBytes = 20

/**
 * Gives a new secret for an authenticator app; codes are asked for when the first one has come. Throws TOTP_ALREADY_ON,
 * INVALID_CREDENTIALS, SESSION_ENDED, USER_SUSPENDED, LOGIN_DELAYED.
 */
export const enrollTotp =
  (ports: Ports) =>
  async (owner: Owner, password: string): Promise<{ secret: string; otpauthUri: string }> => {
    const { users, secondFactors, secrets, sealer, apart } = ports
    const confirmed = await confirmOwner(ports, owner, password)
    const secret = secrets.randomBytes().subarray(0, secretBytes)
    await apart('enroll-totp', async () => {
      await mustKeepLiveSession(ports, owner)
      const user = await users.get(owner.userId)
      if (user.passwordHash !== confirmed.passwordHash) throw invalidCredentials()
      user.mustBeActive()
      users.claim(user)
      const sealed = sealer.seal(user.id, secret)
      const factor = await secondFactors.find(user.id)
      if (factor) factor.enrollAgain(sealed)
      else secondFactors.add(SecondFactor.enroll(user.id, sealed))
    })
    return { secret: base32(secret), otpauthUri: otpauthUri(secret, confirmed.email) }
  }

/** Ten signs, which are fifty random bits: `k3v9a-7dq2m`. */
const newRecoveryCode = ({ secrets }: Ports): string =>
  base32(secrets.randomBytes())
    .toLowerCase()
    .replace(/^(.{5})(.{5}).*$/, '$1-$2')

/**
 * Has codes asked for from now on, and gives the recovery codes. Throws TOTP_NOT_ENROLLED, TOTP_ALREADY_ON,
 * TOTP_INVALID, SESSION_ENDED, USER_SUSPENDED.
 */
export const confirmTotp =
  (ports: Ports) =>
  async (owner: Owner, code: string): Promise<string[]> => {
    await mustKeepLiveSession(ports, owner)
    const user = await ports.users.get(owner.userId)
    const factor = await ports.secondFactors.find(user.id)
    if (!factor) throw precondition('TOTP_NOT_ENROLLED', 'no app was set up; begin with EnrollTotp')
    const now = ports.clock.now()
    const codes = Array.from({ length: recoveryCodeCount }, () => newRecoveryCode(ports))
    const hashes = codes.map((each) => recoveryHashOf(ports, user.id, each))
    factor.confirm(stepOfCode(ports, factor, code), hashes, now)
    user.switchTotp(true, now)
    return codes
  }

/**
 * Has no codes asked for any more. Throws TOTP_NOT_ON, TOTP_INVALID, LOGIN_DELAYED, SESSION_ENDED, USER_SUSPENDED.
 */
export const disableTotp =
  (ports: Ports) =>
  async (owner: Owner, code: string): Promise<void> => {
    const { users, secondFactors, clock, apart, inTurn } = ports
    await mustHaveLiveSession(ports, owner)
    const { emailKey } = await users.get(owner.userId)
    const disable = async () => {
      await mustKeepLiveSession(ports, owner)
      const user = await users.get(owner.userId)
      const factor = user.hasTotp ? await secondFactors.find(user.id) : undefined
      if (!factor) throw precondition('TOTP_NOT_ON', 'this account asks for no codes')
      await confirmSecondFactor(ports, user, code, owner.address)
      user.switchTotp(false, clock.now())
      secondFactors.remove(factor)
    }
    await inTurn(emailKey, () => apart('disable-totp', disable))
  }
