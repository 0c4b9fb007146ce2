import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import type { OAuthProvider } from '../../domain/oauth.ts'
import { createFacebookProvider } from './facebook.ts'
import { createOidcProvider } from './oidc.ts'
import type { ProviderSettings } from './settings.ts'

/** The configured providers by name: Facebook by its own rules, all others by OpenID Connect. */
export const createProviders = (
  settings: readonly ProviderSettings[],
  log: Logger,
): ReadonlyMap<string, OAuthProvider> =>
  new Map(
    settings.map((provider) => [
      provider.name,
      provider.name === 'facebook' ? createFacebookProvider(provider, log) : createOidcProvider(provider, log),
    ]),
  )
