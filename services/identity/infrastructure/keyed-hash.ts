import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Secrets } from '../domain/secrets.ts'

/** 32 bytes that follow from a text and cannot be guessed without the master key. */
export type KeyedHash = (purpose: string, text: string | Uint8Array) => Buffer

/** A key of 32 bytes for one purpose only. */
export const deriveKey = (masterKey: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, 'troupe identity', purpose, 32))

export const createKeyedHash = (masterKey: Uint8Array): KeyedHash => {
  const keys = new Map<string, Buffer>()
  return (purpose, text) => {
    const key = keys.get(purpose) ?? deriveKey(masterKey, purpose)
    keys.set(purpose, key)
    return createHmac('sha256', key).update(text).digest()
  }
}

export const createSecrets = (hash: KeyedHash): Secrets => ({
  randomBytes: () => randomBytes(32),
  randomToken: () => randomBytes(32).toString('base64url'),
  derive: (purpose, text) => hash(purpose, text).toString('base64url'),
})
