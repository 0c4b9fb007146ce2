import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'
import type { Database } from '#shared/infrastructure/database.ts'
import type { TicketCodes } from '../application/ports.ts'

const prefix = 'TR1.'
const [keyIdBytes, idBytes, signatureBytes] = [8, 16, 64]
const signedBytes = keyIdBytes + 2 * idBytes

// DER of a private and of a public Ed25519 key (RFC 8410), up to their 32 bytes.
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicHead = Buffer.from('302a300506032b6570032100', 'hex')

const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([publicHead, bytes]), format: 'der', type: 'spki' })

const keyIdOf = (publicKey: Uint8Array): Buffer =>
  createHash('sha256').update(publicKey).digest().subarray(0, keyIdBytes)

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const signed = (body: Buffer): Buffer => Buffer.concat([Buffer.from(prefix), body])

/** What a code says: ids of key, ticket and event, and the signature. Undefined where it is none. */
const parse = (code: string) => {
  const text = code.slice(prefix.length)
  const bytes = Buffer.from(text, 'base64url')
  // Other spellings of the same bytes are no codes.
  const isOne = code.startsWith(prefix) && bytes.length === signedBytes + signatureBytes
  if (!isOne || bytes.toString('base64url') !== text) return undefined
  const body = bytes.subarray(0, signedBytes)
  return { body, keyId: body.subarray(0, keyIdBytes).toString('hex'), signature: bytes.subarray(signedBytes) }
}

/** The signer of tickets' codes; its key follows from the master key. Public keys stay known, also of former ones. */
export const createTicketCodes = (
  database: Database,
  masterKey: Uint8Array,
): TicketCodes & { publish(): Promise<void> } => {
  const seed = Buffer.from(hkdfSync('sha256', masterKey, 'troupe booking', 'ticket-codes', 32))
  const privateKey = createPrivateKey({ key: Buffer.concat([privateHead, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(publicHead.length)
  const keyId = keyIdOf(publicKey)
  const id = keyId.toString('hex')
  const known = new Map([[id, publicKeyOf(publicKey)]])
  const find = async (wanted: string): Promise<KeyObject | undefined> => {
    const present = known.get(wanted)
    if (present) return present
    const sql = 'select public_key from ticket_keys where id = $1'
    const [row] = await database.sql<{ public_key: Buffer }>(sql, wanted)
    const key = row && publicKeyOf(row.public_key)
    if (key) known.set(wanted, key)
    return key
  }
  return {
    publish: async () => {
      const sql = 'insert into ticket_keys (id, public_key) values ($1, $2) on conflict (id) do nothing'
      await database.sql(sql, id, publicKey)
    },
    of: (ticketId, eventId) => {
      const body = Buffer.concat([keyId, bytesOf(ticketId), bytesOf(eventId)])
      return prefix + Buffer.concat([body, sign(null, signed(body), privateKey)]).toString('base64url')
    },
    read: async (code) => {
      const said = parse(code)
      const key = said && (await find(said.keyId))
      if (!key || !verify(null, signed(said.body), key, said.signature)) return undefined
      const ids = said.body.subarray(keyIdBytes)
      return { ticketId: uuidOf(ids.subarray(0, idBytes)), eventId: uuidOf(ids.subarray(idBytes)) }
    },
    keys: async () => {
      const rows = await database.sql<{ id: string; public_key: Buffer }>(
        'select id, public_key from ticket_keys order by id',
      )
      return rows.map((row) => ({ id: row.id, publicKey: new Uint8Array(row.public_key) }))
    },
  }
}
