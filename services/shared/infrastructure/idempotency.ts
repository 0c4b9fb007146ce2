import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { precondition } from '../domain/errors.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

const dayMs = 24 * 60 * 60 * 1000

export interface IdempotentRequest {
  /** Who calls what: a key means something only within it. */
  scope: string
  key: string
  requestHash: Uint8Array
  /** The person the response may be about; their rows go when they are erased. */
  subject: string
}

/** Responses to repeated requests, kept for 24 hours in the unit of work that made them. */
export class IdempotencyStore {
  private readonly database: Database
  private readonly key: KeyObject

  constructor(database: Database, key: Uint8Array) {
    this.database = database
    this.key = createSecretKey(key)
  }

  /** What a request is recognised by. Keyed: a request may hold a password, and a plain digest of it can be guessed at. */
  hash(request: Uint8Array): Uint8Array {
    return createHmac('sha256', this.key).update(request).digest()
  }

  /**
   * The stored response to this request; undefined when it was never answered. Throws IDEMPOTENCY_KEY_REUSED when
   * the key came with another request, IDEMPOTENCY_RESPONSE_WITHHELD when the response carried a secret.
   */
  async find(request: IdempotentRequest): Promise<Uint8Array | undefined> {
    const [row] = await this.database.look<{ request_hash: Buffer; response: Buffer | null }>(
      'select request_hash, response from idempotency where scope = $1 and key = $2',
      request.scope,
      request.key,
    )
    if (!row) return undefined
    if (!row.request_hash.equals(request.requestHash)) {
      throw precondition('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another request; use a new one')
    }
    if (row.response === null) {
      throw precondition('IDEMPOTENCY_RESPONSE_WITHHELD', 'this was done already; its answer is shown only once')
    }
    return row.response
  }

  /** Adds the response to the unit that makes it; `undefined` withholds it. */
  write(statement: Statement, request: IdempotentRequest, response: Uint8Array | undefined, now: Date): void {
    const { scope, key, requestHash, subject } = request
    const values = [scope, key, requestHash, response ?? null, subject, new Date(now.getTime() + dayMs)]
    statement.add(
      `insert into idempotency (scope, key, request_hash, response, subject, expires_at)
       values (${values.map((value) => statement.value(value)).join(', ')})`,
    )
  }
}
