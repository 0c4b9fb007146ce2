import { invalid, notFound } from '#shared/domain/errors.ts'
import type { Ports } from './ports.ts'
import { attemptOf } from './redeem-sign-in.ts'

const lifetimeMs = 10 * 60_000

/**
 * Begins a sign-in at another provider: for the user, if any, to link, else to sign in. Throws UNKNOWN_PROVIDER,
 * INVALID_REDIRECT_URI, OAUTH_PROVIDER_UNAVAILABLE.
 */
export const startOAuth =
  ({ providers, redirectUris, secrets, signIns, clock }: Ports) =>
  async (userId: string | undefined, name: string, redirectUri: string) => {
    const provider = providers.get(name)
    if (!provider) throw notFound('UNKNOWN_PROVIDER', `there is no provider ${name} here`)
    if (!redirectUris.has(redirectUri)) {
      throw invalid('redirect_uri', 'INVALID_REDIRECT_URI', 'must be one of the addresses that are configured here')
    }
    const ticket = { state: secrets.randomToken(), binding: secrets.randomToken() }
    const authorizationUrl = await provider.authorizationUrl(attemptOf(secrets, ticket, redirectUri))
    const expiresAt = new Date(clock.now().getTime() + lifetimeMs)
    signIns.add(ticket, { provider: name, redirectUri, userId }, expiresAt)
    return { authorizationUrl, ...ticket, expiresAt }
  }
