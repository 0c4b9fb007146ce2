import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { createLogger } from '#shared/infrastructure/telemetry/logger.ts'
import { createFacebookProvider } from '../infrastructure/providers/facebook.ts'
import { createOidcProvider } from '../infrastructure/providers/oidc.ts'
import { listen } from './openid-provider.ts'

const server = createServer()
afterEach(async () => {
  server.removeAllListeners('request')
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

const claims = { sub: 'subject-of-somebody', email: 'somebody@example.com', name: 'Some Body' }
const attempt = { state: 'state', nonce: 'the-nonce', codeVerifier: 'v'.repeat(43), redirectUri: 'http://127.0.0.1:9/' }

const settingsAt = (issuer: string) => ({
  name: 'acme',
  issuer,
  clientId: 'us',
  clientSecret: 'secret',
  allowHttp: true,
})

const logged = () => {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return { lines, log: createLogger({ service: 'test', level: 'debug', destination: destination as never }) }
}

/** A provider whose id tokens say what they say to whoever asks. */
const startProvider = async (told: { nonce: string; aud: string; exp: number }): Promise<string> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const issuer = await listen(server)
  const idToken = await new SignJWT({ ...claims, ...told, iss: issuer, iat: Math.floor(Date.now() / 1000) })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(privateKey)
  const answers: Record<string, object> = {
    '/.well-known/openid-configuration': {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    },
    '/jwks': { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] },
    '/token': { access_token: 'token', token_type: 'bearer', id_token: idToken },
  }
  server.on('request', (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[request.url ?? '']))
  })
  return issuer
}

const good = { nonce: attempt.nonce, aud: 'us', exp: Math.floor(Date.now() / 1000) + 60 }

it('a provider that says what it should is believed', async () => {
  const { lines, log } = logged()
  const provider = createOidcProvider(settingsAt(await startProvider(good)), log)
  expect(await provider.identify(attempt, 'code')).toMatchObject({ subject: claims.sub, email: claims.email })
  expect(lines).toEqual([])
})

it.each([
  ['nonce', { ...good, nonce: 'another-nonce' }],
  ['audience', { ...good, aud: 'somebody-else' }],
  ['time', { ...good, exp: good.exp - 3600 }],
])('an id token of another %s is refused, and nothing is logged of whom it is about', async (_, told) => {
  const { lines, log } = logged()
  const provider = createOidcProvider(settingsAt(await startProvider(told)), log)
  await expect(provider.identify(attempt, 'code')).rejects.toMatchObject({ reason: 'OAUTH_REFUSED' })
  const text = lines.join('')
  expect(JSON.parse(text)).toMatchObject({
    metadata: { provider: 'acme', code: expect.stringMatching(/^OAUTH_/), message: expect.stringMatching(/./) },
  })
  for (const said of [...Object.values(claims), told.nonce]) expect(text).not.toContain(said)
})

it('of an answer of Facebook that makes no sense nothing is logged', async () => {
  const { lines, log } = logged()
  const issuer = await listen(server)
  server.on('request', (request, response) => {
    const isToken = request.url?.endsWith('/access_token')
    const body = isToken ? JSON.stringify({ access_token: 't', token_type: 'bearer' }) : claims.email
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  const provider = createFacebookProvider({ ...settingsAt(issuer), name: 'facebook' }, log)
  await expect(provider.identify(attempt, 'code')).rejects.toMatchObject({ reason: 'OAUTH_PROVIDER_UNAVAILABLE' })
  expect(lines.join('')).toContain('Facebook answered 200 to /me')
  expect(lines.join('')).not.toContain('some')
})
