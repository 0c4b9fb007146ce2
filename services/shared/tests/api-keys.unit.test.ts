import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { apiKeyText, readApiKey } from '../infrastructure/api-key-text.ts'
import { askingKeyAuthenticator, type KeyHolder, keysOrTokens } from '../infrastructure/api-keys.ts'
import type { Authenticator } from '../infrastructure/authenticator.ts'

const keyOf = (byte: number) => apiKeyText(new Uint8Array(32).fill(byte))
const holder: KeyHolder = { apiKeyId: 'k1', userId: 'ann', roles: ['clerk'], scopes: ['write', 'read', 'fly'] }

let asked: string[]
let holders: Map<string, KeyHolder>
let isAway: boolean
let logged: string[]
let keys: Authenticator

const prefixOf = (text: string) => readApiKey(text)?.prefix ?? ''
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'in',
    (error) => `${error.kind} ${error.reason}`,
  )

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  asked = []
  holders = new Map([[prefixOf(keyOf(1)), holder]])
  isAway = false
  logged = []
  const log = { info: (text: string) => void logged.push(text), warn: (text: string) => void logged.push(text) }
  keys = askingKeyAuthenticator(async ({ prefix }) => {
    asked.push(prefix)
    if (isAway) throw new Error('away')
    return holders.get(prefix)
  }, log)
})

afterEach(() => {
  vi.useRealTimers()
})

it('is a user without session, with the scopes that are known here', async () => {
  expect(await keys.verify(keyOf(1))).toEqual({
    kind: 'user',
    userId: 'ann',
    sessionId: '',
    roles: ['clerk'],
    apiKey: { id: 'k1', scopes: ['read', 'write'] },
  })
})

it('is asked about once for all calls of two seconds, and a revoked one refused after that', async () => {
  await Promise.all(Array.from({ length: 20 }, () => keys.verify(keyOf(1))))
  expect(asked).toHaveLength(1)
  holders.clear()
  vi.advanceTimersByTime(1999)
  expect(await reasonOf(keys.verify(keyOf(1)))).toBe('in')
  vi.advanceTimersByTime(1)
  expect(await reasonOf(keys.verify(keyOf(1)))).toBe('unauthenticated INVALID_API_KEY')
  expect(asked).toHaveLength(2)
})

it('that nobody holds is asked about every two seconds at most, and one that cannot be a key never', async () => {
  for (let n = 0; n < 5; n += 1) expect(await reasonOf(keys.verify(keyOf(2)))).toBe('unauthenticated INVALID_API_KEY')
  expect(asked).toHaveLength(1)
  const mistyped = keyOf(1).replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  for (const text of ['trp_', mistyped, `${keyOf(1)}x`]) {
    expect(await reasonOf(keys.verify(text))).toBe('unauthenticated INVALID_API_KEY')
  }
  expect(asked).toHaveLength(1)
})

it('cannot be told from an invalid one while nobody answers: that is no refusal, and not remembered', async () => {
  isAway = true
  for (let n = 0; n < 3; n += 1) expect(await reasonOf(keys.verify(keyOf(1)))).toBe('unavailable API_KEYS_UNAVAILABLE')
  isAway = false
  expect(await reasonOf(keys.verify(keyOf(1)))).toBe('in')
  expect(asked).toHaveLength(4)
  expect(logged).toEqual(['identity cannot be asked about API keys', 'identity checks API keys again'])
})

it('goes on to be known for two seconds when whoever answered goes away', async () => {
  await keys.verify(keyOf(1))
  isAway = true
  vi.advanceTimersByTime(1999)
  expect(await reasonOf(keys.verify(keyOf(1)))).toBe('in')
  vi.advanceTimersByTime(1)
  expect(await reasonOf(keys.verify(keyOf(1)))).toBe('unavailable API_KEYS_UNAVAILABLE')
})

it('is known by its beginning: no token is taken for a key, and no key for a token', async () => {
  const seen: string[] = []
  const noting = (name: string): Authenticator => ({
    verify: async () => {
      seen.push(name)
      return { kind: 'anonymous' }
    },
  })
  const either = keysOrTokens(noting('key'), noting('token'))
  for (const token of [keyOf(1), 'trp_', 'eyJhbGciOi.x.y', 'TRP_x', ' trp_x']) await either.verify(token)
  expect(seen).toEqual(['key', 'key', 'token', 'token', 'token'])
})
