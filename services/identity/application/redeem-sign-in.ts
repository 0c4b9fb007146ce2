import { precondition } from '#shared/domain/errors.ts'
import type { ExternalAccount, SignInAttempt, SignInReturn, SignInTicket, StartedSignIn } from '../domain/oauth.ts'
import type { Secrets } from '../domain/secrets.ts'
import type { Ports } from './ports.ts'

/** Nonce and PKCE verifier follow from the binding, so that none of them need be stored, nor can do without it. */
export const attemptOf = (secrets: Secrets, { state, binding }: SignInTicket, redirectUri: string): SignInAttempt => ({
  state,
  redirectUri,
  nonce: secrets.derive('oauth-nonce', binding),
  codeVerifier: secrets.derive('oauth-verifier', binding),
})

export const stateInvalid = () =>
  precondition('OAUTH_STATE_INVALID', 'this sign-in is unknown, was used or took too long; begin again')

/**
 * Takes a sign-in that was begun and asks its provider who came back. Works once, whatever comes of it. Throws
 * OAUTH_STATE_INVALID, OAUTH_REFUSED, OAUTH_PROVIDER_UNAVAILABLE.
 */
export const redeemSignIn = async (
  { signIns, providers, secrets, clock }: Ports,
  back: SignInReturn,
  mayRedeem: (started: StartedSignIn) => boolean,
): Promise<ExternalAccount> => {
  const started = await signIns.take(back, clock.now())
  const provider = started && providers.get(started.provider)
  if (!provider || !mayRedeem(started)) throw stateInvalid()
  return provider.identify(attemptOf(secrets, back, started.redirectUri), back.code)
}
