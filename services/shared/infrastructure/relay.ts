import { headers as natsHeaders } from '@nats-io/transport-node'
import { Client } from 'pg'
import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import { type EventContract, subjectOf } from './event-codec.ts'
import type { EventMetadata } from './event-store.ts'
import type { Nats } from './nats.ts'
import { ensureStream } from './stream.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Tracing } from './telemetry/tracing.ts'
import { Wakeup } from './wakeup.ts'

const batchSize = 512
const gatherMs = 5
const pollMs = 1000
const lockClass = 0x7472

interface OutboxRow {
  [column: string]: unknown
  position: number
  id: string
  stream_id: string
  stream_type: string
  event_type: string
  event_metadata: EventMetadata
  event_version: number
  occurred_at: Date
  payload: Buffer
}

export interface RelayOptions {
  context: string
  database: Database
  databaseUrl: string
  nats: Nats
  replicas: number
  clock: Clock
  log: Logger
  tracing: Tracing
  contracts: ReadonlyMap<string, EventContract>
  onPublished?: (count: number) => void
}

/**
 * Carries a context's events from its outbox to its stream. One is active per context (an advisory lock); a row
 * leaves the outbox once JetStream has acknowledged it, and an aggregate's next event goes out only then.
 */
export class Relay {
  private readonly options: RelayOptions
  private readonly wakeup = new Wakeup()
  private readonly stopping = new AbortController()
  private running: Promise<void> | undefined
  private mustVerify = true
  private active = false

  constructor(options: RelayOptions) {
    this.options = options
  }

  start(): void {
    const forget = this.options.nats.onReconnect(() => {
      this.mustVerify = true
      this.wakeup.wake()
    })
    this.running = this.run().finally(forget)
  }

  /** Whether this process carries the context's events at present. */
  get isActive(): boolean {
    return this.active
  }

  /** Says that the outbox has new rows. */
  wake(): void {
    this.wakeup.wake()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.wakeup.wake()
    await this.running
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted
  }

  private async run(): Promise<void> {
    let failures = 0
    while (!this.stopped) {
      const lock = new Client({ connectionString: this.options.databaseUrl, keepAlive: true })
      let lost = false
      lock.on('error', () => {
        lost = true
      })
      try {
        await lock.connect()
        while (!lost && !this.stopped) {
          this.active ||= await this.takeLock(lock)
          const more = this.active && (await this.carry())
          failures = 0
          await this.wakeup.wait(more ? 0 : pollMs)
          if (!more) await new Promise((done) => setTimeout(done, gatherMs))
        }
      } catch (error) {
        failures += 1
        this.mustVerify = true
        if (failures % 10 === 1 && !this.stopped) this.options.log.warn('relay waits', { error })
        await this.wakeup.wait(Math.min(100 * 2 ** failures, 2000), this.stopping.signal)
      } finally {
        this.active = false
        await lock.end().catch(() => {}) // it is gone already when the server is
      }
    }
  }

  private async takeLock(lock: Client): Promise<boolean> {
    const { rows } = await lock.query<{ ours: boolean }>('select pg_try_advisory_lock($1, 0) as ours', [lockClass])
    return rows[0]?.ours === true
  }

  /** Publishes one batch. Returns whether there may be more. */
  private async carry(): Promise<boolean> {
    if (this.mustVerify) await this.verifyStream()
    const rows = await this.options.database.sql<OutboxRow>(
      `select e.position, e.id, e.stream_id, e.stream_type, e.event_type, e.event_metadata, e.event_version,
         e.occurred_at, e.payload
       from outbox o join event_store e on e.position = o.position order by o.position limit ${batchSize}`,
    )
    if (rows.length === 0) return false
    const published: { position: number; sequence: number }[] = []
    const chains = [...Map.groupBy(rows, (row) => row.stream_id).values()]
    const results = await Promise.allSettled(chains.map((chain) => this.publishChain(chain, published)))
    await this.settle(published)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return rows.length === batchSize
  }

  private async publishChain(chain: OutboxRow[], published: { position: number; sequence: number }[]): Promise<void> {
    for (const row of chain) {
      const sequence = await this.publish(row)
      published.push({ position: row.position, sequence })
    }
  }

  private async publish(row: OutboxRow): Promise<number> {
    const { context, clock, contracts, nats, tracing } = this.options
    const retention = contracts.get(row.event_type)?.retentionMs ?? 0
    const left = retention - (clock.now().getTime() - row.occurred_at.getTime())
    const ttl = `${Math.max(1, Math.ceil(left / 1000))}s`
    const subject = subjectOf(context, row.event_type)
    const { traceparent: parent } = row.event_metadata
    return tracing.span(`${subject} publish`, { kind: 'producer', parent }, async () => {
      const headers = eventHeaders(context, row, tracing.traceparent() ?? parent)
      const acknowledged = await nats.js.publish(subject, row.payload, { msgID: row.id, headers, ttl, timeout: 5000 })
      return acknowledged.seq
    })
  }

  private async settle(published: readonly { position: number; sequence: number }[]): Promise<void> {
    if (published.length === 0) return
    const last = Math.max(...published.map((entry) => entry.sequence))
    await this.options.database.sql(
      `with gone as (delete from outbox where position = any($1::bigint[]))
       update relay_state set last_sequence = greatest(last_sequence, $2) where stream = $3`,
      published.map((entry) => entry.position),
      last,
      this.options.context,
    )
    this.options.onPublished?.(published.length)
  }

  /** Makes the stream where it is missing; one that is younger or shorter than remembered was lost and is refilled. */
  private async verifyStream(): Promise<void> {
    const { nats, context, replicas, database, log } = this.options
    const { created, state } = await ensureStream(nats, context, replicas)
    const [known] = await database.sql<{ created: string; last_sequence: number }>(
      'select created, last_sequence from relay_state where stream = $1',
      context,
    )
    const lost = known !== undefined && (known.created !== created || state.last_seq < known.last_sequence)
    if (lost) log.warn('the stream was lost; publishing what is within retention again', { context })
    if (lost || !known) await this.refill(created, state.last_seq, lost)
    this.mustVerify = false
  }

  private async refill(created: string, lastSequence: number, lost: boolean): Promise<void> {
    const { clock, contracts, context, database } = this.options
    const types = [...contracts.keys()]
    const since = types.map((type) => new Date(clock.now().getTime() - (contracts.get(type)?.retentionMs ?? 0)))
    await database.sql(
      `with back as (
         insert into outbox (position)
         select e.position from event_store e
         join unnest($1::text[], $2::timestamptz[]) as kept (type, since) on kept.type = e.event_type
         where $3::boolean and e.occurred_at > kept.since
         on conflict do nothing
       )
       insert into relay_state (stream, created, last_sequence) values ($4, $5, $6)
       on conflict (stream) do update set created = excluded.created, last_sequence = excluded.last_sequence`,
      types,
      since,
      lost,
      context,
      created,
      lastSequence,
    )
  }
}

/** CloudEvents' NATS binding, and what the mesh adds. */
const eventHeaders = (context: string, row: OutboxRow, traceparent: string | undefined) => {
  const { correlationId, causationId, actor } = row.event_metadata
  const headers = natsHeaders()
  const set = (name: string, value: string | undefined) => {
    if (value) headers.set(name, value)
  }
  set('ce-specversion', '1.0')
  set('ce-id', row.id)
  set('ce-type', row.event_type)
  set('ce-source', `/troupe/${context}`)
  set('ce-subject', row.stream_id)
  set('ce-time', row.occurred_at.toISOString())
  set('ce-datacontenttype', 'application/protobuf')
  set('ce-aggregatetype', row.stream_type)
  set('ce-aggregateversion', String(row.event_version))
  set('ce-position', String(row.position))
  set('ce-correlationid', correlationId)
  set('ce-causationid', causationId)
  set('ce-actor', actor)
  set('traceparent', traceparent)
  return headers
}
