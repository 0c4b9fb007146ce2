import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** What the provider tells of somebody, by the name they sign in with. */
export type People = Readonly<
  Record<string, { email?: string; email_verified?: boolean; name?: string; locale?: string }>
>

const client = { id: 'troupe', secret: 'a-secret-of-the-client' }

const signingKey = () => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  alg: 'ES256',
  use: 'sig',
})

const configuration = (people: People, redirectUri: string) => ({
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
    },
  ],
  pkce: { required: () => true },
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale'] },
  ttl: { AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  findAccount: (_: unknown, id: string) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
})

export const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Runs a real OpenID provider on a port of its own; `settings` are those of a mesh that knows it as `acme`. */
export const startOpenIdProvider = async (people: People, redirectUri: string) => {
  const server = createServer()
  const issuer = await listen(server)
  server.on('request', new Provider(issuer, configuration(people, redirectUri)).callback())
  return {
    settings: {
      TROUPE_OAUTH_PROVIDERS: 'acme',
      TROUPE_OAUTH_REDIRECT_URIS: redirectUri,
      TROUPE_OAUTH_ACME_ISSUER: issuer,
      TROUPE_OAUTH_ACME_CLIENT_ID: client.id,
      TROUPE_OAUTH_ACME_CLIENT_SECRET: client.secret,
      TROUPE_OAUTH_ACME_ALLOW_HTTP: '1',
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** What a browser does: keeps cookies, follows redirects, and fills in the provider's forms for `login`. */
export const signInAtProvider = async (authorizationUrl: string, redirectUri: string, login: string): Promise<URL> => {
  const cookies = new Map<string, string>()
  let url = new URL(authorizationUrl)
  let form: URLSearchParams | undefined
  for (let steps = 0; steps < 12; steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location) {
      url = new URL(location, url)
      form = undefined
      if (url.href.startsWith(redirectUri)) return url
      continue
    }
    const html = await response.text()
    const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
    if (!prompt) throw new Error(`the provider answered ${response.status}: ${html.slice(0, 500)}`)
    form = new URLSearchParams({ prompt, login, password: 'any' })
    const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1]
    if (action) url = new URL(action, url)
  }
  throw new Error('the provider sent the browser round in circles')
}
