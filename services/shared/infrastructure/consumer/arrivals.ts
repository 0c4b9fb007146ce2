import type { JsMsg } from '@nats-io/jetstream'
import { failpoint } from '../failpoints.ts'
import { InFlight } from '../in-flight.ts'
import type { Lease } from './lease.ts'

interface Pending {
  message: JsMsg
  position: number
}

/** What has arrived in one tenure, and up to where all of it is done. */
export class Arrivals {
  private readonly lease: Lease
  /** Delivered and not yet done, by stream sequence. */
  private readonly pending = new InFlight<number, Pending>()
  private lastSeen: { sequence: number; position: number }
  /** How many deliveries came; each is numbered. */
  private delivered = 0

  constructor(lease: Lease) {
    this.lease = lease
    this.lastSeen = { sequence: lease.floor, position: lease.caughtUp }
  }

  /** Begins at the lease's floor. */
  begin(): void {
    this.lastSeen.sequence = this.lease.floor
  }

  /** Notes that the source's store was read up to a position. */
  readUpTo(position: number): void {
    this.lastSeen.position = Math.max(this.lastSeen.position, position)
  }

  /**
   * Notes a message; `repeat` when it is being worked on already, `gap` when a delivery before it did not arrive. The
   * stream's own numbers do not tell, for they count other events as well. Whoever went on from a gap would handle what
   * is missing after what follows it, or never, where the next tenure begins behind it.
   */
  take(message: JsMsg, position: number): 'new' | 'repeat' | 'gap' {
    const { deliverySequence } = message.info
    if (deliverySequence !== this.delivered + 1) return 'gap'
    this.delivered = deliverySequence
    const isRunning = this.pending.has(message.seq)
    this.pending.set(message.seq, { message, position })
    if (isRunning) return 'repeat'
    this.lastSeen.sequence = Math.max(this.lastSeen.sequence, message.seq)
    this.readUpTo(position)
    return 'new'
  }

  /** Acknowledges a message that is done. */
  done(sequence: number): void {
    failpoint('ack:before')
    this.pending.get(sequence)?.message.ack()
    failpoint('ack:after')
    this.pending.delete(sequence)
  }

  /** Asks JetStream for more time with what is being worked on. */
  keepAlive(): void {
    for (const { message } of this.pending.values()) message.working()
  }

  /** Moves the lease's marks to where all before them is done. */
  advance(): void {
    const { lease, lastSeen, pending } = this
    const sequence = pending.size > 0 ? Math.min(...pending.keys()) - 1 : lastSeen.sequence
    const positions = pending.values().map(({ position }) => position - 1)
    lease.floor = Math.max(lease.floor, sequence)
    lease.caughtUp = Math.max(lease.caughtUp, Math.min(lastSeen.position, ...positions))
  }
}
