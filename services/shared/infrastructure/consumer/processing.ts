import type { Database } from '../database.ts'
import type { Logger } from '../telemetry/logger.ts'
import { deliveryOf, failAgain, heldAggregates, heldLetters, putAside, writeResolved } from './dead-letters.ts'
import type { Delivery } from './delivery.ts'
import type { deliveryHandler } from './handle.ts'
import type { Lease } from './lease.ts'

export interface ProcessingOptions {
  database: Database
  log: Logger
  now: () => Date
}

/**
 * Handles deliveries of one tenure, or puts them aside: what fails for good waits as a dead letter, and so does
 * whatever else comes of its aggregate, until an operator has it tried again. One delivery of an aggregate at a time.
 */
export class Processing {
  private readonly options: ProcessingOptions
  private readonly lease: Lease
  private readonly handle: ReturnType<typeof deliveryHandler>
  /** Aggregates whose events wait, with the dead letter each waits for. */
  private held = new Map<string, string>()

  constructor(options: ProcessingOptions, lease: Lease, handle: ReturnType<typeof deliveryHandler>) {
    this.options = options
    this.lease = lease
    this.handle = handle
  }

  /** Finds what earlier tenures put aside. */
  async load(): Promise<void> {
    this.held = await heldAggregates(this.options.database, this.lease.consumer, this.lease.source)
  }

  /** False when the lease is gone: neither handled nor put aside. */
  async process(delivery: Delivery): Promise<boolean> {
    const blocker = this.held.get(delivery.aggregateId)
    if (blocker !== undefined) {
      return (await this.putAside(delivery, 'PARKED', `waits behind ${blocker}`, 0)) !== undefined
    }
    const outcome = await this.handle(delivery, this.lease)
    if (outcome.kind === 'lost') return false
    if (outcome.kind === 'done') return true
    const { reason, attempts } = outcome
    const letter = await this.putAside(delivery, 'DEAD', reason, attempts)
    if (letter === undefined) return false
    this.held.set(delivery.aggregateId, letter)
    this.options.log.error('event put aside', { consumer: this.lease.consumer, event: delivery.eventId, reason })
    return true
  }

  private putAside(
    delivery: Delivery,
    status: 'DEAD' | 'PARKED',
    reason: string,
    attempts: number,
  ): Promise<string | undefined> {
    const { database, now } = this.options
    const { consumer, source, epoch } = this.lease
    return putAside(database, { consumer, source, epoch, delivery, status, reason, attempts, now: now() })
  }

  /** Tries what is held of an aggregate again, in order, until one fails; when none does, the aggregate goes on. */
  async redrive(aggregateId: string): Promise<void> {
    const { database } = this.options
    for (;;) {
      const letters = await heldLetters(database, this.lease.consumer, aggregateId)
      if (letters.length === 0) break
      for (const letter of letters) {
        const resolve = (statement: Parameters<typeof writeResolved>[0]) => writeResolved(statement, letter.id)
        const outcome = await this.handle(deliveryOf(letter), this.lease, resolve)
        if (outcome.kind === 'lost') return
        if (outcome.kind === 'failed') {
          await failAgain(database, letter, outcome.reason, outcome.attempts)
          this.held.set(aggregateId, letter.id)
          return
        }
        // A repeat of something handled before resolves it as well.
        await database.sql(
          `update dead_letters set status = 'RESOLVED' where id = $1 and status <> 'RESOLVED'`,
          letter.id,
        )
      }
    }
    this.held.delete(aggregateId)
  }
}
