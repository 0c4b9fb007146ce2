import { createHmac } from 'node:crypto'
import { seal, unseal } from '#shared/infrastructure/sealing.ts'
import type { Sealer } from '../domain/secrets.ts'
import type { HmacSha1 } from '../domain/totp.ts'
import { deriveKey } from './keyed-hash.ts'

/** Seals under the master key, for one purpose. */
export const createSealer = (masterKey: Uint8Array, purpose: string): Sealer => {
  const key = deriveKey(masterKey, purpose)
  return {
    seal: (owner, plain) => seal(key, owner, plain),
    unseal: (owner, sealed) => unseal(key, owner, sealed),
  }
}

export const hmacSha1: HmacSha1 = (key, message) => createHmac('sha1', key).update(message).digest()
