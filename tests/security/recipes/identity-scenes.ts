import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { SignJWT } from 'jose'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { signInAtProvider } from '../../../services/identity/tests/openid-provider.ts'
import { signAssertion } from '../../../services/shared/infrastructure/service-token.ts'
import { redirectUri } from '../stage/stage.ts'
import type { Scene } from './recipe.ts'

/** A sign-in at the provider that somebody (nobody without a token) began and somebody else came back from. */
export const newOAuthSignIn = async (
  { stage }: Scene,
  token?: string,
): Promise<{ state: string; code: string; binding: string }> => {
  const name = `somebody-${crypto.randomUUID()}`
  stage.oauthPeople[name] = { email: `${name}@example.com`, email_verified: true, name: 'Some Body' }
  const client = createClient(IdentityService, stage.transport(token))
  const { authorizationUrl, state, binding } = await client.startOAuth({ provider: 'acme', redirectUri })
  const back = await signInAtProvider(authorizationUrl, redirectUri, name)
  return { state, code: back.searchParams.get('code') ?? '', binding }
}

/** Links an account of the provider to the person's own, unless one is. */
export const linkOAuth = async (scene: Scene): Promise<void> => {
  const { token } = scene.person
  const client = createClient(IdentityService, scene.stage.transport(token))
  const { user } = await client.getMe({})
  if (!user?.oauthProviders.length) await client.linkOAuth(await newOAuthSignIn(scene, token))
}

/** Makes the person an API key. */
export const newApiKey = async ({ stage, person }: Scene): Promise<{ apiKeyId: string; secret: string }> => {
  const client = createClient(IdentityService, stage.transport(person.token))
  for (let tries = 1; ; tries += 1) {
    try {
      const { apiKey, secret } = await client.createApiKey({ name: `key ${crypto.randomUUID()}`, scopes: ['read'] })
      return { apiKeyId: apiKey?.id ?? '', secret }
    } catch (error) {
      // Other scenes make keys of the same person at the same time.
      if (ConnectError.from(error).code !== Code.Aborted || tries === 10) throw error
      await sleep(Math.random() * 20 * tries)
    }
  }
}

const secretOf = ({ stage }: Scene) => Buffer.from(stage.serviceSecret, 'base64url')

/** An assertion as a service of the mesh makes it. */
export const goodAssertion = (scene: Scene): Promise<string> => signAssertion(secretOf(scene), 'story')

/** Assertions that prove no service of this mesh. */
export const badAssertions = async (scene: Scene): Promise<Record<string, string>> => {
  const seconds = Math.floor(Date.now() / 1000)
  const claims = { sub: 'story', aud: 'identity', exp: seconds + 30 }
  const signed = (changed: object, secret: Uint8Array = secretOf(scene), alg = 'HS256') =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg }).sign(secret)
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return {
    'signed by another secret': await signed({}, new Uint8Array(32).fill(7)),
    'signed by an empty secret': await signed({}, new Uint8Array(32)),
    'not signed': `${encoded({ alg: 'none' })}.${encoded(claims)}.`,
    'by another algorithm': await signed({}, Buffer.concat([secretOf(scene), secretOf(scene)]), 'HS512'),
    'for somebody else': await signed({ aud: 'story' }),
    'run out': await signed({ exp: seconds - 60 }),
    'for an hour': await signed({ exp: seconds + 3600 }),
    'without an end': await signed({ exp: undefined }),
    'about a user': await signed({ sub: scene.person.id }),
    'about a token’s subject': await signed({ sub: 'service:story' }),
    'an access token': scene.person.token,
  }
}

/** Refresh tokens that nobody was given, made of one that somebody was. */
export const inventedRefreshTokens = (mine: string, theirs: string, accessToken: string): Record<string, string> => {
  const [bytes, other] = [Buffer.from(mine, 'base64url'), Buffer.from(theirs, 'base64url')]
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(bytes)
    change(copy)
    return copy.toString('base64url')
  }
  return {
    'with another proof': changed((copy) => copy.fill(0, 20)),
    'of the next generation': changed((copy) => copy.writeUInt32BE(copy.readUInt32BE(16) + 1, 16)),
    'of generation 0': changed((copy) => copy.writeUInt32BE(0, 16)),
    'with another session’s head': changed((copy) => other.copy(copy, 0, 0, 20)),
    'with another session’s proof': changed((copy) => other.copy(copy, 20, 20)),
    'changed in one bit': changed((copy) => copy.writeUInt8(copy.readUInt8(40) ^ 1, 40)),
    'with padding': `${mine}=`,
    'an access token': accessToken.slice(0, 200),
  }
}
