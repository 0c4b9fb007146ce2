import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import { type EventContract, subjectOf } from './event-codec.ts'
import type { EventRow } from './event-store.ts'
import { failpoint } from './failpoints.ts'
import { restAfter } from './foreground.ts'
import type { Nats } from './nats.ts'
import { eventHeaders, type Published, rememberedStream, rememberStream, waitingEvents } from './outbox.ts'
import { openPublisher, type Publisher } from './publisher.ts'
import { openRelayLock, type RelayLock } from './relay-lock.ts'
import { Settlement } from './settlement.ts'
import { ensureStream } from './stream.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Tracing } from './telemetry/tracing.ts'
import { Wakeup } from './wakeup.ts'

const batchSize = 256 // making them ready keeps everything else waiting
/** Rounds begin so far apart at least, so that each has some events to carry. */
const apartMs = 5
const pollMs = 1000
/** What waited for longer than it is kept must still be there when its consumers come. */
const minTtlMs = 24 * 60 * 60 * 1000

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
  /** How old what was carried last is. */
  private ageMs = 0
  private readonly settlement: Settlement

  constructor(options: RelayOptions) {
    this.options = options
    this.settlement = new Settlement(options.database, options.context)
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
    const publisher = openPublisher(this.options.nats)
    let failures = 0
    while (!this.stopped) {
      let lock: RelayLock | undefined
      try {
        lock = await openRelayLock(this.options.databaseUrl)
        while (!lock.isLost() && !this.stopped) {
          this.active ||= await lock.take()
          const begunAt = performance.now()
          const more = this.active && (await this.carry(publisher))
          // What failed before may have been to take it out of the outbox.
          if (failures > 0) await this.settlement.settled()
          failures = 0
          await this.wakeup.wait(more ? 0 : pollMs)
          const tookMs = performance.now() - begunAt
          await sleep(more ? restAfter(tookMs, this.ageMs) : Math.max(0, apartMs - tookMs))
        }
      } catch (error) {
        failures += 1
        this.mustVerify = true
        if (failures % 10 === 1 && !this.stopped) this.options.log.warn('relay waits', { error })
        await this.wakeup.wait(Math.min(100 * 2 ** failures, 2000), this.stopping.signal)
      } finally {
        this.active = false
        await this.settlement.settled().catch(() => {}) // what stays in the outbox is published again
        await lock?.close()
      }
    }
    publisher.close()
  }

  /** Publishes one batch, while what was published before leaves the outbox. Returns whether there may be more. */
  private async carry(publisher: Publisher): Promise<boolean> {
    if (this.mustVerify) await this.verifyStream()
    const rows = await waitingEvents(this.options.database, batchSize, this.settlement.positions)
    const [oldest] = rows
    if (!oldest) {
      await this.settlement.settled()
      return false
    }
    this.ageMs = this.options.clock.now().getTime() - oldest.occurred_at.getTime()
    const published: Published[] = []
    const chains = [...Map.groupBy(rows, (row) => row.stream_id).values()]
    const results = await Promise.allSettled(chains.map((chain) => this.publishChain(publisher, chain, published)))
    await this.settlement.settled()
    if (published.length > 0) {
      this.settlement.begin(published)
      this.options.onPublished?.(published.length)
    }
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) {
      await this.settlement.settled()
      throw failed.reason
    }
    return rows.length === batchSize
  }

  private async publishChain(publisher: Publisher, chain: readonly EventRow[], published: Published[]): Promise<void> {
    for (const row of chain) {
      const sequence = await this.publish(publisher, row)
      published.push({ position: row.position, sequence })
    }
  }

  private async publish(publisher: Publisher, row: EventRow): Promise<number> {
    const { context, clock, contracts, tracing } = this.options
    const retention = contracts.get(row.event_type)?.retentionMs ?? 0
    const left = retention - (clock.now().getTime() - row.occurred_at.getTime())
    const ttl = `${Math.ceil(Math.max(left, minTtlMs) / 1000)}s`
    const subject = subjectOf(context, row.event_type)
    const { traceparent: parent } = row.event_metadata
    return tracing.span(`${subject} publish`, { kind: 'producer', parent }, async () => {
      const headers = eventHeaders(context, row, ttl, tracing.traceparent() ?? parent)
      failpoint('publish:before')
      const sequence = await publisher.publish(subject, row.payload, headers)
      failpoint('publish:after')
      return sequence
    })
  }

  /** Makes the stream where it is missing; one that is younger or shorter than remembered was lost and is refilled. */
  private async verifyStream(): Promise<void> {
    const { nats, clock, context, contracts, replicas, database, log } = this.options
    // Else it would take out again what is put back.
    await this.settlement.settled()
    const { created, state } = await ensureStream(nats, context, replicas)
    const known = await rememberedStream(database, context)
    const refill = known !== undefined && (known.created !== created || state.last_seq < known.last_sequence)
    if (refill) log.warn('the stream was lost; publishing what is within retention again', { context })
    if (refill || !known) {
      await rememberStream(database, context, { created, lastSequence: state.last_seq, refill }, contracts, clock)
    }
    this.mustVerify = false
  }
}
