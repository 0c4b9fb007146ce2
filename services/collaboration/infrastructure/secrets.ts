import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import { seal, unseal } from '#shared/infrastructure/sealing.ts'
import { uuidBytes, uuidLength, uuidText } from '#shared/infrastructure/uuid.ts'
import type { Secrets } from '../application/ports.ts'

const proofBytes = 32
const mark = 'sealed:1:'

/**
 * What takes the master key to make or to read. A link's token is the invitation's id and a proof of 256 bits; it is
 * stored nowhere. Links lead to `/invitation` of the web app at TROUPE_LINK_BASE_URL.
 */
export const createSecrets = (masterKey: Uint8Array, env: EnvReader): Secrets => {
  const keyFor = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, 'troupe collaboration', purpose, 32))
  const [sealing, proving] = [keyFor('people'), keyFor('invitation')]
  const proofOf = (id: string) => createHmac('sha256', proving).update(id).digest()
  const base = env.url('TROUPE_LINK_BASE_URL', ['https', 'http'], 'http://127.0.0.1:8080').replace(/\/+$/, '')
  return {
    seal: (id, text) => `${mark}${seal(sealing, id, Buffer.from(text)).toString('base64url')}`,
    unseal: (id, sealed) => unseal(sealing, id, Buffer.from(sealed.slice(mark.length), 'base64url')).toString(),
    tokenOf: (id) => Buffer.concat([uuidBytes(id), proofOf(id)]).toString('base64url'),
    read: (token) => {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== uuidLength + proofBytes || bytes.toString('base64url') !== token) return undefined
      const id = uuidText(bytes.subarray(0, uuidLength))
      return timingSafeEqual(bytes.subarray(uuidLength), proofOf(id)) ? id : undefined
    },
    linkOf: (token) => `${base}/invitation?token=${token}`,
  }
}
