import type { JsMsg } from '@nats-io/jetstream'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import type { Database } from '../database.ts'
import type { Nats } from '../nats.ts'
import type { Logger } from '../telemetry/logger.ts'
import { Wakeup } from '../wakeup.ts'
import { AggregateQueues } from './aggregate-queues.ts'
import { catchUp, type ReadEvents } from './catch-up.ts'
import {
  deliveryOf,
  failAgain,
  heldAggregates,
  heldLetters,
  putAside,
  redrivenAggregates,
  writeResolved,
} from './dead-letters.ts'
import { type Delivery, fromStream } from './delivery.ts'
import type { deliveryHandler } from './handle.ts'
import { type Lease, releaseLease, renewLease, takeLease } from './lease.ts'
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

/** Reads one source for one consumer for as long as it holds the lease; takes part in the race for it else. */
export class Reader {
  private readonly options: ReaderOptions
  private readonly stopping = new AbortController()
  private readonly wakeup = new Wakeup()
  private running: Promise<void> | undefined

  constructor(options: ReaderOptions) {
    this.options = options
  }

  start(): void {
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.wakeup.wake()
    await this.running
  }

  private async run(): Promise<void> {
    const { database, definition, source, holder, log } = this.options
    for (let failures = 0; !this.stopping.signal.aborted; ) {
      try {
        const lease = await takeLease(database, definition.name, source, holder)
        if (lease) await new Reading(this.options, lease, this.stopping.signal).run()
        failures = 0
        await this.wakeup.wait(renewMs, this.stopping.signal)
      } catch (error) {
        failures += 1
        if (failures % 10 === 1 && !this.stopping.signal.aborted) {
          log.warn('consumer waits', { consumer: definition.name, source, error })
        }
        await this.wakeup.wait(Math.min(100 * 2 ** failures, 2000), this.stopping.signal)
      }
    }
  }
}

/** One tenure of the lease. */
class Reading {
  private readonly options: ReaderOptions
  private readonly lease: Lease
  private readonly ending = new AbortController()
  private readonly queues = new AggregateQueues(concurrency)
  /** Delivered and not yet done, by stream sequence. */
  private readonly pending = new Map<number, JsMsg>()
  private held = new Map<string, string>()
  private lastSeen: { sequence: number; position: number }
  private readonly handle: ReturnType<typeof deliveryHandler>
  private readonly redriving = new Set<string>()

  constructor(options: ReaderOptions, lease: Lease, stopping: AbortSignal) {
    this.options = options
    this.lease = lease
    this.lastSeen = { sequence: lease.floor, position: lease.caughtUp }
    stopping.addEventListener('abort', () => this.ending.abort(), { once: true })
    if (stopping.aborted) this.ending.abort()
    this.handle = options.makeHandler(this.ending.signal)
  }

  async run(): Promise<void> {
    const { context, database, definition, nats, source, types } = this.options
    const renewal = this.keepLease()
    try {
      const stream = await locate(nats, this.lease)
      this.held = await heldAggregates(database, definition.name, source)
      if (!stream) return
      const isGap = stream.known && stream.first > this.lease.floor + 1
      const isNew = this.lease.streamCreated === '' && definition.kind === 'project'
      if (!stream.known) this.lease.floor = 0
      this.lease.streamCreated = stream.created
      if (isGap || isNew) await this.catchUpFromStore()
      this.lastSeen.sequence = this.lease.floor
      const messages = await subscribe(nats, context, this.lease, types, (message) => this.receive(message))
      const stop = () => void messages.close()
      this.ending.signal.addEventListener('abort', stop, { once: true })
      if (this.ending.signal.aborted) stop()
      const failure = await messages.closed()
      if (failure instanceof Error && !this.ending.signal.aborted) throw failure
    } finally {
      this.ending.abort()
      await this.queues.idle()
      await renewal
      this.advance()
      await releaseLease(database, this.lease).catch(() => {}) // it runs out by itself
    }
  }

  private async catchUpFromStore(): Promise<void> {
    const { readEvents, source, types } = this.options
    await catchUp(
      readEvents,
      { source, types, after: this.lease.caughtUp, signal: this.ending.signal },
      async (page) => {
        for (const delivery of page) this.enqueue(delivery, () => {})
        await this.queues.idle()
        const position = page.at(-1)?.position ?? 0
        this.lastSeen.position = Math.max(this.lastSeen.position, position)
        this.lease.caughtUp = this.lastSeen.position
      },
    )
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
        if (await this.process(delivery)) done()
      } catch (error) {
        // Neither done nor put aside: the next tenure starts before it.
        this.options.log.warn('delivery abandoned', { consumer: this.lease.consumer, event: delivery.eventId, error })
        this.ending.abort()
      }
    })
  }

  /** Handles it or puts it aside. False when the lease is gone. */
  private async process(delivery: Delivery): Promise<boolean> {
    const blocker = this.held.get(delivery.aggregateId)
    if (blocker !== undefined) {
      await this.putAside(delivery, 'PARKED', `waits behind ${blocker}`, 0)
      return true
    }
    const outcome = await this.handle(delivery, this.lease)
    if (outcome.kind === 'lost') {
      this.ending.abort()
      return false
    }
    if (outcome.kind === 'failed') {
      await this.putAside(delivery, 'DEAD', outcome.reason, outcome.attempts)
      this.held.set(delivery.aggregateId, delivery.eventId)
      this.options.log.error('event put aside', {
        consumer: this.lease.consumer,
        event: delivery.eventId,
        reason: outcome.reason,
      })
    }
    return true
  }

  private async putAside(
    delivery: Delivery,
    status: 'DEAD' | 'PARKED',
    reason: string,
    attempts: number,
  ): Promise<void> {
    const { database, source, now } = this.options
    await putAside(database, { consumer: this.lease.consumer, source, delivery, status, reason, attempts, now: now() })
  }

  /** Tries what is held of an aggregate again, in order, until one fails. */
  private redrive(aggregateId: string): void {
    if (this.redriving.has(aggregateId)) return
    this.redriving.add(aggregateId)
    this.queues.add(aggregateId, async () => {
      try {
        if (await this.tryHeld(aggregateId)) this.held.delete(aggregateId)
      } catch (error) {
        this.options.log.warn('redrive waits', { consumer: this.lease.consumer, aggregate: aggregateId, error })
      } finally {
        this.redriving.delete(aggregateId)
      }
    })
  }

  private async tryHeld(aggregateId: string): Promise<boolean> {
    const { database } = this.options
    for (;;) {
      const letters = await heldLetters(database, this.lease.consumer, aggregateId)
      if (letters.length === 0) return true
      for (const letter of letters) {
        const outcome = await this.handle(deliveryOf(letter), this.lease, (statement) =>
          writeResolved(statement, letter.id),
        )
        if (outcome.kind === 'lost') return false
        if (outcome.kind === 'failed') {
          await failAgain(database, letter.id, outcome.reason, outcome.attempts)
          return false
        }
        // A repeat of something handled before resolves it as well.
        await database.sql(
          `update dead_letters set status = 'RESOLVED' where id = $1 and status <> 'RESOLVED'`,
          letter.id,
        )
      }
    }
  }

  private advance(): void {
    const oldest = Math.min(...this.pending.keys())
    this.lease.floor = Math.max(this.lease.floor, Number.isFinite(oldest) ? oldest - 1 : this.lastSeen.sequence)
    this.lease.caughtUp = Math.max(this.lease.caughtUp, this.lastSeen.position)
  }

  private async keepLease(): Promise<void> {
    const { database, definition, source } = this.options
    let lastKeepAlive = performance.now()
    let lastRenewal = performance.now()
    while (!this.ending.signal.aborted) {
      await sleep(renewMs, this.ending.signal)
      if (this.ending.signal.aborted) return
      this.advance()
      const renewed = await renewLease(database, this.lease).catch(() => undefined)
      if (renewed) lastRenewal = performance.now()
      // Postgres away for long: whoever comes first afterwards takes a new lease.
      if (renewed === false || performance.now() - lastRenewal > 10 * renewMs) this.ending.abort()
      if (performance.now() - lastKeepAlive > keepAliveMs) {
        lastKeepAlive = performance.now()
        for (const message of this.pending.values()) message.working()
      }
      const redriven = await redrivenAggregates(database, definition.name, source).catch(() => [])
      for (const aggregateId of redriven) this.redrive(aggregateId)
    }
  }
}

const sleep = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
