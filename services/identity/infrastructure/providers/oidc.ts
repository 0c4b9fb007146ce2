import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
} from 'openid-client'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import type { ExternalAccount, OAuthProvider, SignInAttempt } from '../../domain/oauth.ts'
import { askProvider } from './provider-errors.ts'
import type { ProviderSettings } from './settings.ts'

const timeoutSeconds = 4
const rediscoverAfterMs = 60 * 60_000

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Where the provider sent the browser back to, as the library wants to read it. */
const returnUrl = (config: Configuration, { redirectUri, state }: SignInAttempt, code: string): URL => {
  const url = new URL(redirectUri)
  url.searchParams.set('state', state)
  url.searchParams.set('code', code)
  // RFC 9207's guard against mixing providers up: here the state belongs to one provider, which does the same.
  url.searchParams.set('iss', config.serverMetadata().issuer)
  return url
}

const accountOf = (provider: string, claims: Readonly<Record<string, unknown>>): ExternalAccount => ({
  provider,
  subject: String(claims.sub),
  email: text(claims.email),
  emailVerified: claims.email_verified === true,
  displayName: text(claims.name) ?? text(claims.preferred_username),
  language: text(claims.locale),
})

/** Finds the provider's endpoints and keys on first use, and again after an hour. */
const createDiscovery = (settings: ProviderSettings) => {
  let found: { config: Promise<Configuration>; at: number } | undefined
  return (): Promise<Configuration> => {
    if (found && performance.now() - found.at < rediscoverAfterMs) return found.config
    const config = discovery(new URL(settings.issuer), settings.clientId, settings.clientSecret, undefined, {
      timeout: timeoutSeconds,
      ...(settings.allowHttp && { execute: [allowInsecureRequests] }),
    })
    const entry = { config, at: performance.now() }
    found = entry
    config.catch(() => {
      if (found === entry) found = undefined
    })
    return config
  }
}

/** A provider that speaks OpenID Connect: authorisation code with PKCE (S256), state and nonce. */
export const createOidcProvider = (settings: ProviderSettings, log: Logger): OAuthProvider => {
  const { name } = settings
  const configuration = createDiscovery(settings)
  return {
    name,
    authorizationUrl: ({ state, nonce, codeVerifier, redirectUri }) =>
      askProvider(name, log, async () => {
        const url = buildAuthorizationUrl(await configuration(), {
          redirect_uri: redirectUri,
          scope: 'openid email profile',
          response_type: 'code',
          code_challenge: await calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        })
        return url.toString()
      }),
    identify: (attempt, code) =>
      askProvider(name, log, async () => {
        const config = await configuration()
        const tokens = await authorizationCodeGrant(config, returnUrl(config, attempt, code), {
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          pkceCodeVerifier: attempt.codeVerifier,
        })
        const claims = tokens.claims()
        if (!claims) throw new Error('the provider answered without an id token')
        if (text(claims.email) || !config.serverMetadata().userinfo_endpoint) return accountOf(name, claims)
        // Many tell address and name there only.
        const more = await fetchUserInfo(config, tokens.access_token, claims.sub)
        return accountOf(name, { ...claims, ...more })
      }),
  }
}
