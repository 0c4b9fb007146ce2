import { Aggregate } from '#shared/domain/aggregate.ts'
import { invalid } from '#shared/domain/errors.ts'

/** How long somebody who was let in may reserve where nobody says. */
export const turnMs = 10 * 60_000

/** What was not used of the pace is forgotten after that long, so that those who come late are no flood. */
const creditMs = 2000

/** What an organiser says of a waiting room. */
export interface RoomTerms {
  /** From when on buyers are let in. */
  opensAt: Date
  /** Undefined for never. */
  closesAt: Date | undefined
  admitPerMinute: number
  turnMs: number
}

/** Positions that are let in together: those above `after`, up to `upTo`. */
export interface Wave {
  after: number
  upTo: number
  at: Date
  /** When their turn is over. */
  until: Date
}

export const isInForce = ({ closesAt }: Pick<RoomTerms, 'closesAt'>, now: Date): boolean => !closesAt || now < closesAt

/**
 * Where buyers of an event stand in line. One number says who was let in: everybody up to that position. It only grows,
 * so nobody is let in before somebody who came earlier.
 */
export class WaitingRoom extends Aggregate {
  /** The event's. */
  readonly id!: string
  opensAt!: Date
  closesAt: Date | undefined
  admitPerMinute!: number
  turnMs!: number
  /** The last position that was let in. */
  admitted!: number
  /** From when on the next may be let in. */
  dueAt!: Date
  /** Whether nobody is let in although somebody waits: there is no ticket for them. */
  isPaused!: boolean

  /** Throws WAITING_ROOM_NEVER_OPEN. */
  static of(eventId: string, terms: RoomTerms, now: Date): WaitingRoom {
    const room = Object.assign(new WaitingRoom(), { id: eventId, admitted: 0, dueAt: now, isPaused: false })
    room.change(terms, now)
    return room
  }

  /** Throws WAITING_ROOM_NEVER_OPEN. */
  change(terms: RoomTerms, now: Date): void {
    if (terms.closesAt && terms.closesAt <= (terms.opensAt > now ? terms.opensAt : now)) {
      throw invalid('closes_at', 'WAITING_ROOM_NEVER_OPEN', 'must be after it opens, and after now')
    }
    Object.assign(this, terms)
  }

  close(now: Date): void {
    if (!isInForce(this, now)) return
    this.closesAt = now
    if (this.opensAt > now) this.opensAt = now
  }

  /**
   * Lets in those whose turn it is: at the pace of the room, and no more than there are tickets for beside those who
   * are inside. `joined` is the last position there is.
   */
  letIn({ joined, free }: { joined: number; free: number }, now: Date): Wave | undefined {
    if (!isInForce(this, now) || now < this.opensAt || now < this.dueAt) return undefined
    const waiting = joined - this.admitted
    this.isPaused = waiting > 0 && free <= 0
    const betweenMs = 60_000 / this.admitPerMinute
    const from = Math.max(this.dueAt.getTime(), this.opensAt.getTime(), now.getTime() - creditMs)
    const paced = Math.floor((now.getTime() - from) / betweenMs) + 1
    const count = Math.min(paced, waiting, free)
    if (count <= 0) return undefined
    const after = this.admitted
    this.admitted += count
    this.dueAt = new Date(Math.ceil(from + count * betweenMs))
    return { after, upTo: this.admitted, at: now, until: new Date(now.getTime() + this.turnMs) }
  }
}
