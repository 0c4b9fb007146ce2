import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Database } from '#shared/infrastructure/database.ts'
import { seal, unseal } from '#shared/infrastructure/sealing.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import { deriveKey } from './keyed-hash.ts'

const minute = 60_000
const useForMs = 30 * 24 * 60 * minute
/** Verifiers keep the published keys for five minutes: a key is used only when all of them know it. */
const publishBeforeMs = 5 * minute
/** Longer than the longest token lives, which is a guest's. */
const keepAfterMs = 24 * 60 * minute + 15 * minute

interface KeyRow {
  [column: string]: unknown
  number: number
  kid: string
  public_key: JWK
  private_key: Buffer
  active_at: Date
}

interface SigningKey {
  kid: string
  privateKey: KeyObject
}

export interface SigningKeys {
  /** The key to sign with now; makes the next one when it is due. */
  current(now: Date): Promise<SigningKey>
  /** The public keys as a JSON Web Key Set (RFC 7517), newest first. */
  jwks(now: Date): Promise<string>
}

const makeKey = async (wrappingKey: Buffer) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(jwk)
  const sealed = seal(wrappingKey, kid, privateKey.export({ format: 'der', type: 'pkcs8' }))
  return { kid, sealed, publicKey: { ...jwk, kid, alg: 'EdDSA', use: 'sig' } }
}

/**
 * Ed25519 keys that live in the database, private halves encrypted under the master key. A key is used for thirty
 * days; the next one is published five minutes before it is used, and the last one until its tokens have expired.
 */
export const createSigningKeys = (database: Database, masterKey: Uint8Array, log: Logger): SigningKeys => {
  const wrappingKey = deriveKey(masterKey, 'signing-keys')
  const opened = new Map<string, KeyObject | undefined>()

  const open = ({ kid, private_key: sealed }: KeyRow): KeyObject | undefined => {
    if (opened.has(kid)) return opened.get(kid)
    let key: KeyObject | undefined
    try {
      key = createPrivateKey({ key: unseal(wrappingKey, kid, sealed), format: 'der', type: 'pkcs8' })
    } catch {
      log.warn('a signing key was encrypted under another master key; it is published until its tokens end', { kid })
    }
    opened.set(kid, key)
    return key
  }

  const newestFirst = () =>
    database.sql<KeyRow>(
      'select number, kid, public_key, private_key, active_at from signing_keys order by number desc limit 10',
    )

  const add = async (number: number, activeAt: Date): Promise<void> => {
    const { kid, publicKey, sealed } = await makeKey(wrappingKey)
    await database.sql(
      `insert into signing_keys (number, kid, public_key, private_key, active_at) values ($1, $2, $3, $4, $5)
       on conflict (number) do nothing`,
      number,
      kid,
      JSON.stringify(publicKey),
      sealed,
      activeAt,
    )
  }

  const withNext = async (now: Date): Promise<KeyRow[]> => {
    const rows = await newestFirst()
    const [newest] = rows.filter(open)
    if (newest && now.getTime() - newest.active_at.getTime() <= useForMs - publishBeforeMs) return rows
    // Without a key to bridge the five minutes, the new one must be used at once.
    await add((rows[0]?.number ?? 0) + 1, newest ? new Date(now.getTime() + publishBeforeMs) : now)
    return newestFirst()
  }

  return {
    current: async (now) => {
      for (const row of await withNext(now)) {
        const privateKey = row.active_at <= now ? open(row) : undefined
        if (privateKey) return { kid: row.kid, privateKey }
      }
      throw new Error('there is no signing key')
    },
    jwks: async (now) => {
      const rows = await withNext(now)
      const isNeeded = (_: KeyRow, index: number) => {
        const successor = rows[index - 1]
        return !successor || now.getTime() - successor.active_at.getTime() < keepAfterMs
      }
      return JSON.stringify({ keys: rows.filter(isNeeded).map((row) => row.public_key) })
    },
  }
}
