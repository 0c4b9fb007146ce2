import { Code, ConnectError } from '@connectrpc/connect'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import { DomainError } from '../../domain/errors.ts'
import type { CallContext } from '../call-context.ts'
import { runInCall } from '../call-context.ts'
import type { Database } from '../database.ts'
import { eventDecoder } from '../event-codec.ts'
import { failpoint } from '../failpoints.ts'
import type { OpenEvent } from '../personal/open-event.ts'
import type { Statement } from '../statement.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { AlreadyHandled, isDatabaseDown, LeaseLost, type Units } from '../units.ts'
import { derivedUuid } from '../uuid.ts'
import { Wakeup } from '../wakeup.ts'
import type { Delivery } from './delivery.ts'
import type { Lease } from './lease.ts'

const maxTries = 5
const maxPauseMs = 5000
/** After so many tries it is said that a delivery waits, and after as many more again. */
const sayEvery = 10

/** What became of a delivery. */
export type Outcome = { kind: 'done' } | { kind: 'lost' } | { kind: 'failed'; reason: string; attempts: number }

export interface HandleOptions {
  context: string
  definition: ConsumerDefinition
  database: Database
  units: Units
  log: Logger
  tracing: Tracing
  /** Decrypts what an event says of people. */
  openEvent: OpenEvent
  now: () => Date
  /** Aborted when the reader stops. */
  signal: AbortSignal
  onOutcome: (outcome: 'done' | 'repeat' | 'retry' | 'dead', milliseconds: number) => void
}

const isAway = (error: unknown): boolean => {
  if (isDatabaseDown(error)) return true
  if (error instanceof DomainError) return error.kind === 'unavailable' || error.reason === 'TOO_MUCH_CONTENTION'
  if (!(error instanceof ConnectError)) return false
  return [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted, Code.Aborted].includes(error.code)
}

const reasonOf = (error: unknown): string =>
  error instanceof DomainError
    ? `${error.reason}: ${error.message}`
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : String(error)

const pause = (tries: number, signal: AbortSignal) => new Wakeup().wait(Math.min(maxPauseMs, 50 * 2 ** tries), signal)

/**
 * Makes the function that hands a delivery to a consumer: its effects and its inbox row in one unit of work, the
 * lease's epoch checked in the same statement. While something it needs is away it tries for ever; a refusal by the
 * domain is final, any other error is after five tries.
 */
export const deliveryHandler = (options: HandleOptions) => {
  const { definition, database, units, signal } = options
  const name = `${options.context}.${definition.name}`
  const decoder = eventDecoder(definition.schemas)

  const isHandled = async (delivery: Delivery): Promise<boolean> => {
    const rows = await database.sql(
      'select 1 from inbox where consumer = $1 and event_id = $2',
      definition.name,
      delivery.eventId,
    )
    return rows.length > 0
  }

  const callOf = (delivery: Delivery): CallContext => ({
    principal: { kind: 'service', name: options.context },
    actor: delivery.actor,
    correlationId: delivery.correlationId,
    causationId: delivery.eventId,
    cause: `consumer:${definition.name}`,
    traceparent: delivery.traceparent,
    address: '',
    deadline: undefined,
    signal,
  })

  const finish = (statement: Statement, delivery: Delivery, lease: Lease): void => {
    const epoch = statement.add(
      `select 1 from consumer_leases where consumer = ${statement.value(lease.consumer)}
         and source = ${statement.value(lease.source)} and epoch = ${statement.value(lease.epoch)}`,
    )
    statement.expect(epoch, 1, { kind: 'epoch', index: 0 })
    const row = [definition.name, delivery.eventId, delivery.correlationId, options.now()]
    const values = row.map((value) => statement.value(value)).join(', ')
    statement.add(`insert into inbox (consumer, event_id, correlation_id, handled_at) values (${values})`)
  }

  const once = async (delivery: Delivery, lease: Lease, extra?: (statement: Statement) => void): Promise<void> => {
    const schema = decoder.schema(delivery.type)
    if (!schema) throw new DomainError('invalid', 'UNKNOWN_EVENT', `no event type ${delivery.type} is expected here`)
    const event = decodeOrRefuse(() => decoder.decode(schema, delivery.payload))
    const opening = options.openEvent(lease.source, schema, event)
    if (opening) await opening
    const run = () =>
      units.run({
        key: derivedUuid(delivery.eventId, name),
        handler: async () => {
          failpoint('effect:before')
          await definition.handle(event as never, {
            id: delivery.eventId,
            aggregateId: delivery.aggregateId,
            aggregateVersion: delivery.aggregateVersion,
            occurredAt: delivery.occurredAt,
          })
          failpoint('effect:after')
        },
        finish: (statement) => {
          finish(statement, delivery, lease)
          extra?.(statement)
        },
      })
    const attributes = {
      'messaging.system': 'nats',
      'messaging.destination.name': delivery.type,
      'messaging.message.id': delivery.eventId,
    }
    await options.tracing.span(
      `${name} process`,
      { kind: 'consumer', attributes, ...(delivery.traceparent ? { parent: delivery.traceparent } : {}) },
      () => runInCall({ ...callOf(delivery), traceparent: options.tracing.traceparent() ?? delivery.traceparent }, run),
    )
  }

  return async (delivery: Delivery, lease: Lease, extra?: (statement: Statement) => void): Promise<Outcome> => {
    const started = performance.now()
    const note = (outcome: 'done' | 'repeat' | 'retry' | 'dead') =>
      options.onOutcome(outcome, performance.now() - started)
    let failures = 0
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await once(delivery, lease, extra)
        note('done')
        return { kind: 'done' }
      } catch (error) {
        if (error instanceof LeaseLost) return { kind: 'lost' }
        const repeated =
          error instanceof AlreadyHandled || (!isAway(error) && (await isHandled(delivery).catch(() => false)))
        if (repeated) {
          note('repeat')
          return { kind: 'done' }
        }
        if (!isAway(error)) failures += 1
        if (!isAway(error) && (error instanceof DomainError || failures === maxTries)) {
          note('dead')
          return { kind: 'failed', reason: reasonOf(error), attempts: tries }
        }
        note('retry')
        if (tries % sayEvery === 0) {
          options.log.warn('delivery waits', { consumer: definition.name, event: delivery.eventId, tries, error })
        }
        await pause(tries, signal)
      }
    }
    return { kind: 'lost' }
  }
}

const decodeOrRefuse = <T>(decode: () => T): T => {
  try {
    return decode()
  } catch (error) {
    throw new DomainError('invalid', 'UNDECODABLE_EVENT', (error as Error).message)
  }
}
