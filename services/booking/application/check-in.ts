import { denied, invalid, precondition } from '#shared/domain/errors.ts'
import type { Ticket } from '../domain/ticket.ts'
import type { Ports } from './ports.ts'

const invalidCode = () => invalid('code', 'TICKET_CODE_INVALID', 'must be the code of a ticket of ours')

/**
 * Lets the holder of a ticket in, once. Throws TICKET_CODE_INVALID, NOT_THE_ORGANIZER, EVENT_CANCELLED, TICKET_USED,
 * TICKET_REFUNDED, TICKET_TRANSFERRED.
 */
export const checkInTicket =
  ({ codes, tickets, events, clock }: Ports) =>
  async (organizerId: string, code: string, gate: string): Promise<Ticket> => {
    const said = await codes.read(code)
    if (!said) throw invalidCode()
    const event = await events.find(said.eventId)
    if (event?.organizerId !== organizerId) throw denied('NOT_THE_ORGANIZER', 'only the organizer lets people in')
    if (event.isCancelled) throw precondition('EVENT_CANCELLED', 'the event does not take place')
    const ticket = await tickets.find(said.ticketId)
    if (ticket?.eventId !== said.eventId) throw invalidCode()
    ticket.checkIn(gate, clock.now())
    return ticket
  }
