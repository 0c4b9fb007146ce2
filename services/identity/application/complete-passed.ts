import type { SignInReturn } from '../domain/oauth.ts'
import type { Device } from '../domain/session.ts'
import { confirmSecondFactor } from './confirm-second-factor.ts'
import type { Ports } from './ports.ts'
import { stateInvalid } from './redeem-sign-in.ts'
import { type SignedIn, signIn } from './sign-in.ts'

/** How long a code may be given after the provider vouched for somebody. */
export const passedForMs = 10 * 60_000

/**
 * Ends a sign-in that a provider has vouched for and that wants a code besides; undefined where there is none. A wrong
 * code leaves it to be tried again. Throws OAUTH_STATE_INVALID, and what confirming the second factor throws.
 */
export const completePassed = async (
  ports: Ports,
  back: SignInReturn,
  totp: string,
  device: Device,
): Promise<SignedIn | undefined> => {
  const { passedSignIns, users, clock, apart, inTurn } = ports
  const find = () => passedSignIns.find(back, clock.now())
  const first = await find()
  if (!first) return undefined
  const { emailKey } = await users.get(first.userId)
  const enter = async () => {
    const passed = await find()
    const user = await users.get(first.userId)
    if (!passed || !user.oauthProviders.includes(passed.provider)) throw stateInvalid()
    await confirmSecondFactor(ports, user, totp, device.address)
    passedSignIns.remove(back.state)
    return signIn(ports, user, `oauth:${passed.provider}`, device)
  }
  return inTurn(emailKey, () => apart('sign-in', enter))
}
