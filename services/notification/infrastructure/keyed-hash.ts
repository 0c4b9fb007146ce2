import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { invalid } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { isUuid } from '#shared/infrastructure/uuid.ts'
import { complained, type Suppressions } from '../application/delivery-ports.ts'
import type { UnsubscribeTokens } from '../application/ports.ts'

/** 32 bytes that follow from a text and cannot be guessed without the master key. */
export type KeyedHash = (purpose: string, text: string) => Buffer

export const createKeyedHash = (masterKey: Uint8Array): KeyedHash => {
  const keys = new Map<string, Buffer>()
  return (purpose, text) => {
    const key = keys.get(purpose) ?? Buffer.from(hkdfSync('sha256', masterKey, 'troupe notification', purpose, 32))
    keys.set(purpose, key)
    return createHmac('sha256', key).update(text).digest()
  }
}

/** Addresses that take nothing any more, by their hashes. */
export const createSuppressions = (database: Database, unit: () => UnitOfWork, hash: KeyedHash): Suppressions => ({
  hashOf: (channel, address) =>
    hash('address', `${channel} ${address.normalize('NFC').toLowerCase()}`).toString('base64url'),
  reasonOf: async (addressHash) => {
    const sql = 'select reason from suppressions where address_hash = $1'
    const [row] = await database.sql<{ reason: string }>(sql, addressHash)
    return row?.reason
  },
  add: (addressHash, reason, now) =>
    unit().write({
      sql: `insert into suppressions as s (address_hash, reason, at) values ($1, $2, $3)
        on conflict (address_hash) do update set reason = excluded.reason, at = excluded.at where s.reason = $4`,
      parameters: [addressHash, reason.slice(0, 500), now, complained],
    }),
  lift: (addressHash) =>
    unit().write({ sql: 'delete from suppressions where address_hash = $1', parameters: [addressHash] }),
})

const proofBytes = 32

/** Tokens of a person and a kind, with a proof of 256 bits. None is stored, and none ends. */
export const createUnsubscribeTokens = (hash: KeyedHash): UnsubscribeTokens => {
  const proofOf = (userId: string, kind: string) => hash('unsubscribe', `${userId} ${kind}`)
  return {
    of: (userId, kind) => `${userId}.${kind}.${proofOf(userId, kind).toString('base64url')}`,
    read: (token) => {
      const [userId = '', kind = '', proof = '', ...rest] = token.split('.')
      const given = Buffer.from(proof, 'base64url')
      const isFormed = rest.length === 0 && isUuid(userId) && given.toString('base64url') === proof
      if (!isFormed || given.length !== proofBytes || !timingSafeEqual(given, proofOf(userId, kind))) {
        throw invalid('token', 'UNSUBSCRIBE_TOKEN_INVALID', 'must be the token of a mail that was sent')
      }
      return { userId, kind }
    },
  }
}
