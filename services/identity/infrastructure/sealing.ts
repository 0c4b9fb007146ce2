import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Sealer } from '../domain/secrets.ts'
import type { HmacSha1 } from '../domain/totp.ts'
import { deriveKey } from './keyed-hash.ts'

/** Encrypts with AES-256-GCM; only with the same label can it be decrypted. */
export const seal = (key: Uint8Array, label: string, plain: Uint8Array): Buffer => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(label))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws for another key or label. */
export const unseal = (key: Uint8Array, label: string, sealed: Uint8Array): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(label))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
}

/** Seals under the master key, for one purpose. */
export const createSealer = (masterKey: Uint8Array, purpose: string): Sealer => {
  const key = deriveKey(masterKey, purpose)
  return {
    seal: (owner, plain) => seal(key, owner, plain),
    unseal: (owner, sealed) => unseal(key, owner, sealed),
  }
}

export const hmacSha1: HmacSha1 = (key, message) => createHmac('sha1', key).update(message).digest()
