import { setTimeout as sleep } from 'node:timers/promises'
import type { JsMsg } from '@nats-io/jetstream'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import type { Database } from '../database.ts'
import { restAfter } from '../foreground.ts'
import type { Nats } from '../nats.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AggregateQueues } from './aggregate-queues.ts'
import { Arrivals } from './arrivals.ts'
import { catchUp, type ReadEvents } from './catch-up.ts'
import { type Delivery, fromStream } from './delivery.ts'
import type { deliveryHandler } from './handle.ts'
import { type Lease, releaseLease } from './lease.ts'
import { Processing } from './processing.ts'
import { locate, subscribe } from './subscription.ts'

const concurrency = 64 // as many as one commit takes together
const renewMs = 1000
const ackWaitMs = 30_000
// Shorter than any event stays on a stream, however early that one was published.
const longAwayMs = 6 * 24 * 60 * 60 * 1000
/** How long handlers that are at work when the tenure ends are waited for; what they write later is refused. */
const drainMs = 3000

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
  /** Keeps a lease, as `renewLeases` does; undefined once another process has taken it. */
  renew: (lease: Lease) => Promise<readonly string[] | undefined>
  /** How long JetStream waits before it delivers again; default 30 s. */
  ackWaitMs?: number
}

/** One tenure of the lease: reads on from where the last one stood until the lease is lost or the reader stops. */
export class Reading {
  private readonly options: ReaderOptions
  private readonly lease: Lease
  private readonly ending = new AbortController()
  private readonly queues = new AggregateQueues(concurrency, (workedMs) => restAfter(workedMs, this.ageMs))
  /** How old what came last is. */
  private ageMs = 0
  private readonly processing: Processing
  private readonly arrivals: Arrivals
  private readonly redriving = new Set<string>()
  private readonly stopping: AbortSignal
  private readonly onStop = () => this.ending.abort()

  constructor(options: ReaderOptions, lease: Lease, stopping: AbortSignal) {
    this.options = options
    this.lease = lease
    this.arrivals = new Arrivals(lease)
    this.stopping = stopping
    stopping.addEventListener('abort', this.onStop, { once: true })
    if (stopping.aborted) this.ending.abort()
    this.processing = new Processing(options, lease, options.makeHandler(this.ending.signal))
  }

  async run(): Promise<void> {
    const { database, nats } = this.options
    const renewal = this.keepLease()
    // What was on its way when the connection broke would come again much later, after what follows it.
    const forget = nats.onReconnect(() => this.ending.abort())
    try {
      await this.read()
    } finally {
      forget()
      this.stopping.removeEventListener('abort', this.onStop)
      this.ending.abort()
      await Promise.race([this.queues.idle(), sleep(drainMs, undefined, { ref: false })])
      await renewal
      this.arrivals.advance()
      await releaseLease(database, this.lease).catch(() => {}) // it runs out by itself
    }
  }

  private async read(): Promise<void> {
    const { context, definition, nats, types } = this.options
    const stream = await locate(nats, this.lease)
    if (!stream) return
    await this.processing.load()
    const isGap = stream.known && stream.first > this.lease.floor + 1
    const isNew = this.lease.streamCreated === ''
    // What was on a lost stream may have been too old to be published again.
    const isLost = !stream.known && !isNew
    const isLongAway = this.lease.idleMs > longAwayMs
    if (!stream.known) this.lease.floor = 0
    this.arrivals.begin()
    if (isGap || isLost || isLongAway || (isNew && definition.kind === 'project')) await this.catchUpFromStore()
    this.lease.streamCreated = stream.created
    const messages = await subscribe(nats, context, this.lease, types, {
      ackWaitMs: this.ackWaitMs,
      receive: (message) => this.receive(message),
    })
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
      this.arrivals.readUpTo(page.at(-1)?.position ?? 0)
    })
    this.ending.signal.throwIfAborted()
  }

  private receive(message: JsMsg): void {
    if (this.ending.signal.aborted) return
    const delivery = fromStream(message)
    const arrival = this.arrivals.take(message, delivery.position)
    if (arrival === 'gap') this.ending.abort()
    if (arrival === 'new') this.enqueue(delivery, () => this.arrivals.done(message.seq))
  }

  private enqueue(delivery: Delivery, done: () => void): void {
    this.ageMs = this.options.now().getTime() - delivery.occurredAt.getTime()
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

  private get ackWaitMs(): number {
    return this.options.ackWaitMs ?? ackWaitMs
  }

  private async keepLease(): Promise<void> {
    const { signal } = this.ending
    let keptAlive = performance.now()
    let renewedAt = performance.now()
    while (!signal.aborted) {
      // At the same moment as all others of the process, so that they are renewed together.
      await sleep(renewMs - (performance.now() % renewMs), undefined, { signal }).catch(() => {}) // ended early
      if (signal.aborted) return
      this.arrivals.advance()
      const renewed = await this.options.renew(this.lease).catch(() => 'away' as const)
      if (renewed !== 'away') renewedAt = performance.now()
      // Postgres away for long: whoever comes first afterwards takes a new lease.
      if (renewed === undefined || performance.now() - renewedAt > 10 * renewMs) this.ending.abort()
      else if (renewed !== 'away') for (const aggregateId of renewed) this.redrive(aggregateId)
      if (performance.now() - keptAlive > this.ackWaitMs / 3) {
        keptAlive = performance.now()
        this.arrivals.keepAlive()
      }
    }
  }
}
