import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  Configuration,
  calculatePKCECodeChallenge,
  fetchProtectedResource,
} from 'openid-client'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import type { OAuthProvider } from '../../domain/oauth.ts'
import { askProvider } from './provider-errors.ts'
import type { ProviderSettings } from './settings.ts'

const apiVersion = 'v23.0'
const timeoutSeconds = 4
const publicIssuer = 'https://www.facebook.com'

interface Me {
  id: string
  name?: string
  email?: string
}

/** The Graph API is on a host of its own, unless the issuer is a stand-in for both. */
const graphOf = (issuer: string): string => (issuer === publicIssuer ? 'https://graph.facebook.com' : issuer)

const configure = ({ issuer, clientId, clientSecret, allowHttp }: ProviderSettings): Configuration => {
  const server = {
    issuer,
    authorization_endpoint: `${issuer}/${apiVersion}/dialog/oauth`,
    token_endpoint: `${graphOf(issuer)}/${apiVersion}/oauth/access_token`,
  }
  const config = new Configuration(server, clientId, clientSecret)
  config.timeout = timeoutSeconds
  if (allowHttp) allowInsecureRequests(config)
  return config
}

const readMe = async (response: Response): Promise<Me> => {
  // Who fails to parse a text quotes it.
  const me = (await response.json().catch(() => ({}))) as Partial<Me>
  if (!response.ok || typeof me.id !== 'string') throw new Error(`Facebook answered ${response.status} to /me`)
  return { ...me, id: me.id }
}

/**
 * Facebook Login: OAuth 2.0 with PKCE, without OpenID Connect; who came is asked of the Graph API. It does not say
 * whether an address was checked, so none counts as verified.
 */
export const createFacebookProvider = (settings: ProviderSettings, log: Logger): OAuthProvider => {
  const config = configure(settings)
  const { name } = settings
  const meUrl = new URL(`${graphOf(settings.issuer)}/${apiVersion}/me?fields=id,name,email`)
  return {
    name,
    authorizationUrl: async ({ state, codeVerifier, redirectUri }) =>
      buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'public_profile,email',
        response_type: 'code',
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        state,
      }).toString(),
    identify: ({ state, codeVerifier, redirectUri }, code) =>
      askProvider(name, log, async () => {
        const returned = new URL(redirectUri)
        returned.searchParams.set('state', state)
        returned.searchParams.set('code', code)
        const checks = { expectedState: state, pkceCodeVerifier: codeVerifier }
        const { access_token } = await authorizationCodeGrant(config, returned, checks)
        const me = await readMe(await fetchProtectedResource(config, access_token, meUrl, 'GET'))
        const { id: subject, email, name: displayName } = me
        return { provider: name, subject, email, emailVerified: false, displayName, language: undefined }
      }),
  }
}
