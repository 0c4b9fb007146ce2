import { precondition } from '#shared/domain/errors.ts'
import { eventNotFound } from '../domain/ticket-inventory.ts'
import { type Terms, type TermsChange, TicketType, ticketTypeNotFound } from '../domain/ticket-type.ts'
import type { Ports, TypeView } from './ports.ts'

const ticketsTaken = () => precondition('TICKETS_TAKEN', 'more of them are held and sold')

const viewOf = (type: TicketType, counts: TypeView['counts'], startsAt: Date): TypeView => ({
  id: type.id,
  name: type.name,
  description: type.description,
  price: type.price,
  counts,
  saleStartsAt: type.saleStartsAt,
  saleEndsAt: type.saleEndsAt ?? startsAt,
  perOrderLimit: type.perOrderLimit,
})

interface Shown {
  type: TypeView
  currency: string
}

/**
 * Adds a ticket type to one's own event. Throws EVENT_NOT_FOUND, NOT_THE_ORGANIZER, EVENT_CLOSED, TOO_MANY_TICKET_TYPES,
 * CURRENCY_MISMATCH, SALE_WINDOW_EMPTY, CAPACITY_EXCEEDED, TICKET_TYPE_EXISTS.
 */
export const addTicketType =
  ({ inventories, ticketTypes, ids, untold, tellWatchers }: Ports) =>
  async (caller: string, eventId: string, terms: Terms, currency: string, total: number): Promise<Shown> => {
    const [inventory, present] = await Promise.all([inventories.get(eventId), ticketTypes.ofEvent(eventId)])
    inventory.mustBeChangeableBy(caller)
    inventory.mustTakeType(present.length, currency)
    const type = TicketType.of(ids.next(), eventId, terms, inventory.startsAt)
    inventory.grow(total)
    ticketTypes.add(type, total)
    untold.mark(eventId)
    tellWatchers(eventId)
    return { type: viewOf(type, { total, available: total, held: 0, committed: 0 }, inventory.startsAt), currency }
  }

/**
 * Changes a ticket type of one's own event; what is undefined stays. Throws EVENT_NOT_FOUND, NOT_THE_ORGANIZER,
 * EVENT_CLOSED, TICKET_TYPE_NOT_FOUND, SALE_WINDOW_EMPTY, CAPACITY_EXCEEDED, TICKETS_TAKEN, TICKET_TYPE_EXISTS.
 */
export const updateTicketType =
  ({ inventories, ticketTypes, counts, reads }: Ports) =>
  async (
    caller: string,
    eventId: string,
    typeId: string,
    change: TermsChange & { total: number | undefined },
  ): Promise<Shown> => {
    // Counted after that: who changes a total meanwhile makes this run again.
    const inventory = await inventories.get(eventId)
    const [types, view] = await Promise.all([ticketTypes.ofEvent(eventId), reads.inventory(eventId)])
    if (!view) throw eventNotFound()
    inventory.mustBeChangeableBy(caller)
    const type = types.find(({ id }) => id === typeId)
    const present = view.types.find(({ id }) => id === typeId)?.counts
    if (!type || !present) throw ticketTypeNotFound(typeId)
    const { total = present.total, ...terms } = change
    const by = total - present.total
    type.change(terms, inventory.startsAt)
    inventory.grow(by)
    counts.resize(type, by, ticketsTaken())
    const changed = { ...present, total, available: present.available + by }
    return { type: viewOf(type, changed, inventory.startsAt), currency: inventory.currency }
  }
