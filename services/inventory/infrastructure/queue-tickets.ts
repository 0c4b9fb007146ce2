import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import { isUuid } from '#shared/infrastructure/uuid.ts'
import type { QueuePass, QueueTickets } from '../application/waiting-ports.ts'

const prefix = 'Q1.'
const [keyIdBytes, idBytes, macBytes] = [4, 16, 32]
const bodyBytes = 1 + keyIdBytes + 3 * idBytes

const setting = 'TROUPE_INVENTORY_QUEUE_KEYS'

interface Key {
  id: Buffer
  secret: Uint8Array
}

const keyOf = (secret: Uint8Array): Key => ({
  id: createHash('sha256').update('queue key').update(secret).digest().subarray(0, keyIdBytes),
  secret,
})

/**
 * Reads the keys of queue tickets: those of TROUPE_INVENTORY_QUEUE_KEYS, in base64 and between commas, the first of which
 * signs; the one that follows from the master key comes last. Whoever replaces one leaves it behind the new one for as
 * long as its tickets are about.
 */
export const readQueueKeys = (env: EnvReader, masterKey: Uint8Array): Uint8Array[] => {
  const keys = env.list(setting).map((text): Uint8Array => {
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length < 32 || !/^[\w+/-]+=*$/.test(text)) env.problem(`${setting} must be keys of 32 bytes in base64`)
    return bytes
  })
  return [...keys, Buffer.from(hkdfSync('sha256', masterKey, 'troupe inventory', 'queue-tickets', 32))]
}

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const positionBytes = (position: number): Buffer => {
  const bytes = Buffer.alloc(idBytes)
  bytes.writeBigUInt64BE(BigInt(position), 8)
  return bytes
}

const macOf = ({ secret }: Key, body: Buffer): Buffer =>
  createHmac('sha256', secret).update(prefix).update(body).digest()

/** Signs with the first of the keys, by HMAC with SHA-256 (RFC 2104), and takes what any of them has signed. */
export const createQueueTickets = (secrets: readonly Uint8Array[]): QueueTickets => {
  const keys = secrets.map(keyOf)
  const [signing] = keys
  if (!signing) throw new Error('there is no key for queue tickets')
  return {
    of: (pass) => {
      const [kind, subject] = pass.kind === 'place' ? [1, positionBytes(pass.position)] : [2, bytesOf(pass.entryId)]
      const body = Buffer.concat([Buffer.of(kind), signing.id, bytesOf(pass.eventId), bytesOf(pass.userId), subject])
      return prefix + Buffer.concat([body, macOf(signing, body)]).toString('base64url')
    },
    read: (ticket): QueuePass | undefined => {
      const text = ticket.slice(prefix.length)
      const bytes = Buffer.from(text, 'base64url')
      // Other spellings of the same bytes are no tickets.
      const isOne = ticket.startsWith(prefix) && bytes.length === bodyBytes + macBytes
      if (!isOne || bytes.toString('base64url') !== text) return undefined
      const body = bytes.subarray(0, bodyBytes)
      const key = keys.find(({ id }) => id.equals(body.subarray(1, 1 + keyIdBytes)))
      if (!key || !timingSafeEqual(macOf(key, body), bytes.subarray(bodyBytes))) return undefined
      const part = (index: number) => body.subarray(1 + keyIdBytes + index * idBytes).subarray(0, idBytes)
      const [eventId, userId] = [uuidOf(part(0)), uuidOf(part(1))]
      if (body[0] === 1) return { kind: 'place', eventId, userId, position: Number(part(2).readBigUInt64BE(8)) }
      const entryId = uuidOf(part(2))
      return isUuid(entryId) ? { kind: 'offer', eventId, userId, entryId } : undefined
    },
  }
}
