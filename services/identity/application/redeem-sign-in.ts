import { precondition } from '#shared/domain/errors.ts'
import type { ExternalAccount, SignInAttempt, StartedSignIn } from '../domain/oauth.ts'
import type { Secrets } from '../domain/secrets.ts'
import type { Ports } from './ports.ts'

/** Nonce and PKCE verifier follow from the state, so that none of them need be stored. */
export const attemptOf = (secrets: Secrets, state: string, redirectUri: string): SignInAttempt => ({
  state,
  redirectUri,
  nonce: secrets.derive('oauth-nonce', state),
  codeVerifier: secrets.derive('oauth-verifier', state),
})

export const stateInvalid = () =>
  precondition('OAUTH_STATE_INVALID', 'this sign-in is unknown, was used or took too long; begin again')

/**
 * Takes a sign-in that was begun and asks its provider who came back. Works once, whatever comes of it. Throws
 * OAUTH_STATE_INVALID, OAUTH_REFUSED, OAUTH_PROVIDER_UNAVAILABLE.
 */
export const redeemSignIn = async (
  { signIns, providers, secrets, clock }: Ports,
  state: string,
  code: string,
  mayRedeem: (started: StartedSignIn) => boolean = () => true,
): Promise<ExternalAccount> => {
  const started = await signIns.take(state, clock.now())
  const provider = started && providers.get(started.provider)
  if (!provider || !mayRedeem(started)) throw stateInvalid()
  return provider.identify(attemptOf(secrets, state, started.redirectUri), code)
}
