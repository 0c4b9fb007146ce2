import { create, type DescMessage, type DescMethodUnary, type MessageInitShape } from '@bufbuild/protobuf'
import { StringValueSchema } from '@bufbuild/protobuf/wkt'
import { type AnyProcess, defineProcess, type ProcessMessage } from '../application/process.ts'
import type { ProcessOutput } from '../application/process-output.ts'
import { runInCall } from '../infrastructure/call-context.ts'
import { type Database, openDatabase } from '../infrastructure/database.ts'
import { MeshClock } from '../infrastructure/mesh-clock.ts'
import type { CallCommand } from '../infrastructure/process/parts.ts'
import { createProcessRunner, type ProcessRunner } from '../infrastructure/process/process-runner.ts'
import { createLogger } from '../infrastructure/telemetry/logger.ts'
import { startTracing } from '../infrastructure/telemetry/tracing.ts'
import { AlreadyHandled, createUnits } from '../infrastructure/units.ts'
import { derivedUuid } from '../infrastructure/uuid.ts'
import { OrderCancelledSchema, OrderPlacedSchema, OrderService } from './order-service.ts'

/** One process' worth of a context: its connections, clock, units of work and process runner. */
export interface Replica {
  database: Database
  clock: MeshClock
  runner: ProcessRunner
  lines: string[]
  /** Consumes an event as a durable consumer would: inbox and effects in one unit, a repeat ignored. */
  tell<E extends DescMessage>(schema: E, init: MessageInitShape<E>, eventId: string, actor?: string): Promise<void>
  close(): Promise<void>
}

export const replica = async (options: {
  url: string
  processes: readonly AnyProcess[]
  call: CallCommand
  claimMs?: number
  poolSize?: number
  /** A database that is open already and stays so; otherwise it opens its own, and closes it. */
  database?: Database
  prepare?: (database: Database) => void
}): Promise<Replica> => {
  const lines: string[] = []
  const log = createLogger({ service: 'test', level: 'warn', destination: { write: (line) => lines.push(line) } })
  const { url, poolSize = 4 } = options
  const database = options.database ?? openDatabase({ url, poolSize, entities: [], log })
  const clock = new MeshClock(database, true)
  await clock.load()
  options.prepare?.(database)
  const units = createUnits({
    database,
    clock,
    constraints: {},
    onStored: () => {},
    onConflict: () => {},
    timeFlush: (run) => run(),
  })
  const runner = createProcessRunner({
    context: 'test',
    processes: options.processes,
    database,
    units,
    clock,
    call: options.call,
    log,
    tracing: startTracing({ service: 'test', sampleRatio: 0 }),
    ...(options.claimMs ? { claimMs: options.claimMs } : {}),
  })
  const tell: Replica['tell'] = async (schema, init, eventId, actor = '') => {
    const event = create(schema, init)
    const now = clock.now()
    for (const { name, schemas, handle } of runner.consumers) {
      if (!schemas.includes(schema)) continue
      const info = { id: eventId, aggregateId: '', aggregateVersion: 1, occurredAt: now }
      const unit = {
        key: derivedUuid(eventId, name),
        handler: async () => handle(event as never, info),
        finish: (statement: { add(sql: string): string; value(value: unknown): string }) => {
          const values = [name, eventId, eventId, now].map((value) => statement.value(value)).join(', ')
          statement.add(`insert into inbox (consumer, event_id, correlation_id, handled_at) values (${values})`)
        },
      }
      const context = {
        principal: { kind: 'service', name: 'test' } as const,
        actor,
        correlationId: `cause-of-${eventId}`,
        causationId: eventId,
        cause: `consumer:${name}`,
        traceparent: undefined,
        address: '',
        deadline: undefined,
        signal: new AbortController().signal,
      }
      await runInCall(context, () => units.run(unit)).catch((error: unknown) => {
        if (!(error instanceof AlreadyHandled)) throw error
      })
    }
  }
  const close = async () => {
    await runner.stop(0)
    if (!options.database) await database.close()
  }
  return { database, clock, runner, lines, tell, close }
}

/** How often an instance saw each message. */
export type Seen = Record<string, number>

const keyOf = (message: ProcessMessage): string => {
  if (message.kind === 'event') return message.event.$typeName.split('.').at(-1) as string
  if (message.kind === 'answer') return `${message.step} answered`
  if (message.kind === 'error') return `${message.step} ${message.code} ${message.reason}`
  return message.kind === 'expired' ? `${message.step} expired` : message.name
}

const count = (seen: Seen, message: ProcessMessage): Seen => {
  const key = keyOf(message)
  return { ...seen, [key]: (seen[key] ?? 0) + 1 }
}

/** A process whose state counts its messages, so that one handled twice shows; `decide` sees the count after. */
export const countingProcess = (name: string, decide: (seen: Seen, message: ProcessMessage) => ProcessOutput[]) =>
  defineProcess({
    name,
    events: [OrderPlacedSchema, OrderCancelledSchema],
    commands: OrderService.methods as readonly DescMethodUnary[],
    initial: (): Seen => ({}),
    correlate: ({ event }) => event.orderId,
    decide: (seen, message) => decide(count(seen, message), message),
    evolve: count,
  })

/** What instances saw, and whether they ended. */
export const instances = async (database: Database, process: string) => {
  const rows = await database.sql<{ instance: string; state: Seen; ended: boolean }>(
    'select instance, state, ended from processes where process = $1 order by instance',
    process,
  )
  return rows
}

/** A service that does each idempotency key once and answers repeats from memory, as every one of the mesh does. */
export const orderCallee = () => {
  const answers = new Map<string, string>()
  const effects: string[] = []
  const call: CallCommand = async (method, request, { idempotencyKey }) => {
    const { value } = request as ReturnType<typeof create<typeof StringValueSchema>>
    if (!answers.has(idempotencyKey)) effects.push(`${method.localName} ${value}`)
    answers.set(idempotencyKey, value)
    return create(StringValueSchema, { value })
  }
  return { call, effects }
}
