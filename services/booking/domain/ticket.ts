import { TicketCheckedInSchema } from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

export type TicketStatus = 'VALID' | 'USED' | 'REFUNDED' | 'TRANSFERRED'

export interface NewTicket {
  id: string
  reservationId: string
  eventId: string
  holderId: string
  ticketTypeId: string
  name: string
}

export const ticketNotFound = () => notFound('TICKET_NOT_FOUND', 'there is no such ticket of yours')

/** A right to come in, for one, once. */
export class Ticket extends Aggregate {
  readonly id!: string
  readonly reservationId!: string
  readonly eventId!: string
  /** Undefined once they have left. */
  readonly holderId: string | undefined
  readonly ticketTypeId!: string
  /** Of the ticket type. */
  readonly name!: string
  status!: TicketStatus
  usedAt: Date | undefined
  gate!: string
  readonly createdAt!: Date

  static issue(ticket: NewTicket, now: Date): Ticket {
    return Object.assign(new Ticket(), { ...ticket, status: 'VALID' as const, gate: '', createdAt: now })
  }

  /** Lets its holder in. Throws TICKET_USED, TICKET_REFUNDED, TICKET_TRANSFERRED. */
  checkIn(gate: string, now: Date): void {
    if (this.status === 'USED') {
      const at = this.usedAt?.toISOString() ?? ''
      const metadata = { used_at: at, gate: this.gate }
      throw precondition('TICKET_USED', `it was used at ${at}${this.gate && `, ${this.gate}`}`, { metadata })
    }
    if (this.status !== 'VALID') throw precondition(`TICKET_${this.status}`, 'it is void')
    this.status = 'USED'
    this.usedAt = now
    this.gate = gate
    this.record(TicketCheckedInSchema, {
      ticketId: this.id,
      reservationId: this.reservationId,
      eventId: this.eventId,
      gate,
      at: timestamp(now),
    })
  }

  /** Nobody comes in with it any more. */
  refund(): void {
    this.status = 'REFUNDED'
  }

  /** Throws TICKET_USED. */
  mustBeUnused(): void {
    if (this.status === 'USED') throw precondition('TICKET_USED', 'a ticket of it was used')
  }

  /** Throws TICKET_NOT_VALID. */
  mustBeValid(): void {
    if (this.status !== 'VALID') throw precondition('TICKET_NOT_VALID', 'it was used or is void')
  }
}
