import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { JWK, JWTPayload } from 'jose'
import { encodedPart as encoded, type SigningKey, signClaims } from '../stage/keys.ts'

/** What forgers have to work with. */
export interface Forgery {
  /** The claims of a token that would be let in. */
  claims: JWTPayload
  /** The key that tokens are really signed with. */
  key: SigningKey
  /** One that was retired. */
  retiredKey: SigningKey
  /** Where a forger publishes keys. */
  keysUrl: string
  /** A token that identity itself signed. */
  genuine: string
  /** Tokens of other kinds. */
  others: Readonly<Record<string, string>>
}

const newKey = (kid: string): SigningKey & { jwk: JWK } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { kid, privateKey, jwk: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, alg: 'EdDSA', use: 'sig' } }
}

/** What the public half of a key might be taken for when it is used as a shared secret. */
const publicForms = (privateKey: KeyObject): Record<string, string | Buffer> => {
  const key = createPublicKey(privateKey)
  const x = String(key.export({ format: 'jwk' }).x)
  return {
    PEM: key.export({ type: 'spki', format: 'pem' }) as string,
    DER: key.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(key.export({ format: 'jwk' })),
    'its text': x,
    'its bytes': Buffer.from(x, 'base64url'),
  }
}

const withSecret = (header: object, claims: JWTPayload, secret: string | Buffer): string => {
  const signed = `${encoded({ typ: 'at+jwt', ...header })}.${encoded(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Tokens whose signature proves nothing. */
const withoutProof = ({ claims, key, retiredKey, keysUrl, genuine }: Forgery) => {
  const { kid } = key
  const own = newKey(kid)
  const unknown = newKey('unknown')
  const [head = '', body = '', signature = ''] = genuine.split('.')
  const tokens: Record<string, string> = {}
  for (const alg of ['none', 'None', 'nOnE', ''])
    tokens[`alg "${alg}"`] = `${encoded({ alg, typ: 'at+jwt', kid })}.${encoded(claims)}.`
  tokens['alg none with a signature'] =
    `${encoded({ alg: 'none', typ: 'at+jwt', kid })}.${encoded(claims)}.${signature}`
  for (const [form, secret] of Object.entries(publicForms(key.privateKey)))
    tokens[`HS256 by the public key, ${form}`] = withSecret({ alg: 'HS256', kid }, claims, secret)
  for (const kidOfNobody of [
    '../../../../dev/null',
    '../../../../etc/hostname',
    "x' union select '' --",
    '__proto__',
    '',
  ]) {
    tokens[`kid "${kidOfNobody}" and an empty secret`] = withSecret({ alg: 'HS256', kid: kidOfNobody }, claims, '')
    tokens[`kid "${kidOfNobody}"`] = signClaims(claims, { ...unknown, kid: kidOfNobody })
  }
  return {
    ...tokens,
    'a key of one’s own under the real kid': signClaims(claims, own),
    'an unknown key': signClaims(claims, unknown),
    'a key that is embedded': signClaims(claims, unknown, { jwk: unknown.jwk }),
    'a key that is embedded under the real kid': signClaims(claims, own, { jwk: own.jwk }),
    'a key that is embedded, without kid': signClaims(claims, own, { jwk: own.jwk, kid: undefined }),
    'a key that jku names': signClaims(claims, unknown, { jku: keysUrl }),
    'a key that x5u names': signClaims(claims, unknown, { x5u: keysUrl }),
    'the retired key': signClaims(claims, retiredKey),
    'the retired key under the real kid': signClaims(claims, { ...retiredKey, kid }),
    'other claims under a genuine signature': `${head}.${encoded(claims)}.${signature}`,
    'another header over a genuine signature': `${encoded({ alg: 'EdDSA', typ: 'at+jwt', kid, x: 1 })}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'half a signature': `${head}.${body}.${signature.slice(0, 43)}`,
    'a signature of zeros': `${head}.${encoded(claims)}.${Buffer.alloc(64).toString('base64url')}`,
  }
}

/** Tokens that are really signed but do not say what an access token says. */
const wronglySaid = ({ claims, key }: Forgery) => {
  const seconds = Number(claims.iat)
  const machineSeconds = Math.floor(Date.now() / 1000)
  const said = (changed: object, header: Record<string, unknown> = {}) =>
    signClaims({ ...claims, ...changed }, key, header)
  return {
    'wrong iss': said({ iss: 'https://evil.example' }),
    'no iss': said({ iss: undefined }),
    'wrong aud': said({ aud: 'identity' }),
    'no aud': said({ aud: undefined }),
    'wrong typ': said({}, { typ: 'JWT' }),
    'no typ': said({}, { typ: undefined }),
    'no exp': said({ exp: undefined }),
    'exp that is text': said({ exp: String(seconds + 600) }),
    // Also by the machine's time, which a gateway without contexts goes by.
    expired: said({ iat: machineSeconds - 4200, exp: machineSeconds - 3600 }),
    'not yet valid': said({ nbf: seconds + 3600 }),
    'no iat': said({ iat: undefined }),
    'iat that is text': said({ iat: 'yesterday' }),
    'no sub': said({ sub: undefined }),
    'empty sub': said({ sub: '' }),
    'sub of a nameless service': said({ sub: 'service:' }),
    'a critical extension nobody knows': said({}, { crit: ['exp-ert'], 'exp-ert': 1 }),
  }
}

/** What else might stand in the header, all of it no access token. */
const malformed = (genuine: string) => ({
  'no token at all': 'x',
  'two dots': '..',
  'five parts': `${genuine}.x.y`,
  'a token twice': `${genuine}${genuine}`,
  'a very long text': 'x'.repeat(12_000),
})

/** Access tokens that must not be taken for one, by what is wrong with them. */
export const forgedTokens = (forgery: Forgery): Readonly<Record<string, string>> => ({
  ...withoutProof(forgery),
  ...wronglySaid(forgery),
  ...malformed(forgery.genuine),
  ...forgery.others,
})
