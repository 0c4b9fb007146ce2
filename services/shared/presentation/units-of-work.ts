import { type DescMethod, fromBinary, type Message, toBinary } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import type { Interceptor, UnaryRequest, UnaryResponse } from '@connectrpc/connect'
import { invalid, precondition } from '../domain/errors.ts'
import { assertAwaited, type CallContext, callContext, responseKey } from '../infrastructure/call-context.ts'
import type { Database } from '../infrastructure/database.ts'
import type { IdempotencyStore, IdempotentRequest } from '../infrastructure/idempotency.ts'
import { UnitOfWork } from '../infrastructure/unit-of-work.ts'
import type { Units } from '../infrastructure/units.ts'
import { derivedUuid, uuidv7 } from '../infrastructure/uuid.ts'
import { idempotencyOf } from './access-rules.ts'

export interface UnitOptions {
  database: Database
  units: Units
  store: IdempotencyStore
  now: () => Date
  /** Around every call that is run, once however often its unit is; not around a repeat that has its answer. */
  limit?: Interceptor
}

type Next = (request: UnaryRequest) => Promise<UnaryResponse>

const keyOf = (request: UnaryRequest): string | undefined => {
  const key = request.header.get('idempotency-key')
  if (key === null) return undefined
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalid(
      'Idempotency-Key',
      'INVALID_IDEMPOTENCY_KEY',
      'must be 1–255 printable ASCII characters without spaces',
    )
  }
  return key
}

const scopeOf = (call: CallContext, method: DescMethod, hash: Uint8Array): string => {
  const who =
    call.principal.kind === 'anonymous'
      ? `anonymous:${Buffer.from(hash).toString('base64url')}`
      : call.actor || 'service'
  return `${who}:${method.parent.typeName}/${method.name}`
}

/**
 * Runs every unary rpc as one unit of work. A mutating one with an Idempotency-Key takes effect once: repeats get the
 * stored answer, whichever process they reach and however many come at once.
 */
export const unitsOfWork = ({ database, units, store, now, limit = (next) => next }: UnitOptions): Interceptor => {
  const running = new Map<string, { hash: Uint8Array; done: Promise<unknown> }>()

  const runOnce = (request: UnaryRequest, next: Next, key: string, idempotent?: IdempotentRequest) => {
    const withheld = idempotencyOf(request.method) === 'withheld'
    const run = () =>
      units.run({
        key,
        handler: async (unit) => {
          const response = await next(request)
          assertAwaited()
          if (unit.subject && idempotent) idempotent.subject = unit.subject
          return response
        },
        finish: (statement, response) => {
          if (!idempotent) return
          const bytes = withheld ? undefined : toBinary(request.method.output, response.message)
          store.write(statement, idempotent, bytes, now())
        },
      })
    return limit(run)(request) as Promise<UnaryResponse>
  }

  const repeat = (request: UnaryRequest, stored: Uint8Array): UnaryResponse => {
    const { header, trailer } = request.contextValues.get(responseKey) ?? {
      header: new Headers(),
      trailer: new Headers(),
    }
    header.set('idempotency-replayed', 'true')
    const message = fromBinary(request.method.output, stored) as Message
    return { stream: false, service: request.service, method: request.method, header, trailer, message }
  }

  const runWithKey = async (request: UnaryRequest, next: Next, key: string): Promise<UnaryResponse> => {
    const call = callContext()
    const requestHash = store.hash(toBinary(request.method.input, request.message))
    const scope = scopeOf(call, request.method, requestHash)
    const subject = call.principal.kind === 'user' ? call.principal.userId : ''
    const idempotent = { scope, key, requestHash, subject }
    const mark = `${scope}\0${key}`
    for (;;) {
      const first = running.get(mark)
      if (first && !Buffer.from(first.hash).equals(requestHash)) {
        throw precondition('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another request; use a new one')
      }
      // If the first one fails, the next in line is a first one.
      await first?.done.catch(() => {})
      if (running.has(mark)) continue
      const done = (async () => {
        const stored = await store.find(idempotent)
        if (stored) return repeat(request, stored)
        return runOnce(request, next, derivedUuid(key, scope), idempotent).catch(async (error) => {
          // What another process did first may look like a refusal here: done already, sold out, name taken.
          const answered = await store.find(idempotent)
          if (answered) return repeat(request, answered)
          throw error
        })
      })()
      running.set(mark, { hash: requestHash, done })
      try {
        return await done
      } finally {
        running.delete(mark)
      }
    }
  }

  return (next) => async (request) => {
    if (request.stream) return limit(next)(request)
    const run = next as Next
    if (request.method.idempotency === Level.NO_SIDE_EFFECTS) {
      return new UnitOfWork(database, uuidv7()).run(() => limit(next)(request))
    }
    const key = idempotencyOf(request.method) === 'none' ? undefined : keyOf(request)
    return key === undefined ? runOnce(request, run, uuidv7()) : runWithKey(request, run, key)
  }
}
