import { timingSafeEqual } from 'node:crypto'
import { uuidBytes, uuidLength, uuidText } from '#shared/infrastructure/uuid.ts'
import type { RefreshTokens, Session } from '../domain/session.ts'
import type { KeyedHash } from './keyed-hash.ts'

const headBytes = uuidLength + 4

const headOf = (sessionId: string, generation: number): Buffer => {
  const head = Buffer.alloc(headBytes)
  uuidBytes(sessionId).copy(head)
  head.writeUInt32BE(generation, uuidLength)
  return head
}

/**
 * Refresh tokens: session, generation, and a proof of 256 bits that takes both the master key and the session's seed
 * to make. So every token that ever was can be told from an invented one, and none is stored in any form.
 */
export const createRefreshTokens = (hash: KeyedHash): RefreshTokens => {
  const proofOf = (session: Session, generation: number): Buffer =>
    hash('refresh-token', Buffer.concat([headOf(session.id, generation), session.seed]))
  return {
    of: (session) =>
      Buffer.concat([headOf(session.id, session.generation), proofOf(session, session.generation)]).toString(
        'base64url',
      ),
    read: (token) => {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== headBytes + 32 || bytes.toString('base64url') !== token) return undefined
      return {
        sessionId: uuidText(bytes.subarray(0, uuidLength)),
        generation: bytes.readUInt32BE(uuidLength),
        proof: bytes.subarray(headBytes),
      }
    },
    isGenuine: ({ generation, proof }, session) =>
      generation <= session.generation && timingSafeEqual(proof, proofOf(session, generation)),
  }
}
