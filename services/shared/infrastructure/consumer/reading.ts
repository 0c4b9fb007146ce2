import { setTimeout as sleep } from 'node:timers/promises'
import type { JsMsg } from '@nats-io/jetstream'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import type { Database } from '../database.ts'
import type { Nats } from '../nats.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AggregateQueues } from './aggregate-queues.ts'
import { catchUp, type ReadEvents } from './catch-up.ts'
import { redrivenAggregates } from './dead-letters.ts'
import { type Delivery, fromStream } from './delivery.ts'
import type { deliveryHandler } from './handle.ts'
import { type Lease, releaseLease, renewLease } from './lease.ts'
import { Processing } from './processing.ts'
import { locate, subscribe } from './subscription.ts'

const concurrency = 16
const renewMs = 1000
const keepAliveMs = 10_000

export interface ReaderOptions {
  context: string
  definition: ConsumerDefinition
  /** The context whose events it reads. */
  source: string
  types: readonly string[]
  holder: string
  database: Database
  nats: Nats
  log: Logger
  now: () => Date
  makeHandler: (signal: AbortSignal) => ReturnType<typeof deliveryHandler>
  readEvents: ReadEvents
}

/** One tenure of the lease: reads on from where the last one stood until the lease is lost or the reader stops. */
export class Reading {
  private readonly options: ReaderOptions
  private readonly lease: Lease
  private readonly ending = new AbortController()
  private readonly queues = new AggregateQueues(concurrency)
  private readonly processing: Processing
  /** Delivered and not yet done, by stream sequence. */
  private readonly pending = new Map<number, JsMsg>()
  private lastSeen: { sequence: number; position: number }
  private readonly redriving = new Set<string>()

  constructor(options: ReaderOptions, lease: Lease, stopping: AbortSignal) {
    this.options = options
    this.lease = lease
    this.lastSeen = { sequence: lease.floor, position: lease.caughtUp }
    stopping.addEventListener('abort', () => this.ending.abort(), { once: true })
    if (stopping.aborted) this.ending.abort()
    this.processing = new Processing(options, lease, options.makeHandler(this.ending.signal))
  }

  async run(): Promise<void> {
    const { database } = this.options
    const renewal = this.keepLease()
    try {
      await this.read()
    } finally {
      this.ending.abort()
      await this.queues.idle()
      await renewal
      this.advance()
      await releaseLease(database, this.lease).catch(() => {}) // it runs out by itself
    }
  }

  private async read(): Promise<void> {
    const { context, definition, nats, types } = this.options
    const stream = await locate(nats, this.lease)
    if (!stream) return
    await this.processing.load()
    const isGap = stream.known && stream.first > this.lease.floor + 1
    const isNew = this.lease.streamCreated === '' && definition.kind === 'project'
    if (!stream.known) this.lease.floor = 0
    if (isGap || isNew) await this.catchUpFromStore()
    this.lease.streamCreated = stream.created
    this.lastSeen.sequence = this.lease.floor
    const messages = await subscribe(nats, context, this.lease, types, (message) => this.receive(message))
    const stop = () => void messages.close()
    this.ending.signal.addEventListener('abort', stop, { once: true })
    if (this.ending.signal.aborted) stop()
    const failure = await messages.closed()
    if (failure instanceof Error && !this.ending.signal.aborted) throw failure
  }

  private async catchUpFromStore(): Promise<void> {
    const { readEvents, source, types } = this.options
    const options = { source, types, after: this.lease.caughtUp, signal: this.ending.signal }
    await catchUp(readEvents, options, async (page) => {
      for (const delivery of page) this.enqueue(delivery, () => {})
      await this.queues.idle()
      if (this.ending.signal.aborted) return
      this.lastSeen.position = Math.max(this.lastSeen.position, page.at(-1)?.position ?? 0)
    })
    this.ending.signal.throwIfAborted()
  }

  private receive(message: JsMsg): void {
    const isRunning = this.pending.has(message.seq)
    this.pending.set(message.seq, message)
    if (isRunning) return
    const delivery = fromStream(message)
    this.lastSeen = {
      sequence: Math.max(this.lastSeen.sequence, message.seq),
      position: Math.max(this.lastSeen.position, delivery.position),
    }
    this.enqueue(delivery, () => {
      this.pending.get(message.seq)?.ack()
      this.pending.delete(message.seq)
    })
  }

  private enqueue(delivery: Delivery, done: () => void): void {
    this.queues.add(delivery.aggregateId, async () => {
      if (this.ending.signal.aborted) return
      try {
        if (await this.processing.process(delivery)) done()
        else this.ending.abort()
      } catch (error) {
        // Neither done nor put aside: the next tenure starts before it.
        this.options.log.warn('delivery abandoned', { consumer: this.lease.consumer, event: delivery.eventId, error })
        this.ending.abort()
      }
    })
  }

  private redrive(aggregateId: string): void {
    if (this.redriving.has(aggregateId)) return
    this.redriving.add(aggregateId)
    this.queues.add(aggregateId, () =>
      this.processing
        .redrive(aggregateId)
        .catch((error) => {
          this.options.log.warn('redrive waits', { consumer: this.lease.consumer, aggregate: aggregateId, error })
        })
        .finally(() => this.redriving.delete(aggregateId)),
    )
  }

  private advance(): void {
    const oldest = Math.min(...this.pending.keys())
    this.lease.floor = Math.max(this.lease.floor, Number.isFinite(oldest) ? oldest - 1 : this.lastSeen.sequence)
    this.lease.caughtUp = Math.max(this.lease.caughtUp, this.lastSeen.position)
  }

  private async keepLease(): Promise<void> {
    const { database, definition, source } = this.options
    const { signal } = this.ending
    let keptAlive = performance.now()
    let renewedAt = performance.now()
    while (!signal.aborted) {
      await sleep(renewMs, undefined, { signal }).catch(() => {}) // ended early
      if (signal.aborted) return
      this.advance()
      const renewed = await renewLease(database, this.lease).catch(() => undefined)
      if (renewed) renewedAt = performance.now()
      // Postgres away for long: whoever comes first afterwards takes a new lease.
      if (renewed === false || performance.now() - renewedAt > 10 * renewMs) this.ending.abort()
      if (performance.now() - keptAlive > keepAliveMs) {
        keptAlive = performance.now()
        for (const message of this.pending.values()) message.working()
      }
      const redriven = await redrivenAggregates(database, definition.name, source).catch(() => [])
      for (const aggregateId of redriven) this.redrive(aggregateId)
    }
  }
}
