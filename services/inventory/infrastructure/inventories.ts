import type { DomainError } from '#shared/domain/errors.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Counts, Inventories, TicketTypes, Untold } from '../application/ports.ts'
import type { Place } from '../domain/counts.ts'
import { eventNotFound, TicketInventory } from '../domain/ticket-inventory.ts'
import { TicketType } from '../domain/ticket-type.ts'

type Unit = () => UnitOfWork

export const createInventories = (unit: Unit): Inventories => {
  const find = (eventId: string) => unit().find(TicketInventory, eventId)
  return {
    find,
    get: async (eventId) => {
      const inventory = await find(eventId)
      if (!inventory) throw eventNotFound()
      return inventory
    },
    add: (inventory) => unit().add(inventory),
  }
}

export const createTicketTypes = (unit: Unit): TicketTypes => ({
  ofEvent: (eventId) => unit().select(TicketType, 'event_id = $1', eventId),
  add: (type, total) => {
    unit().add(type)
    unit().write({
      sql: `insert into ticket_counts (id, total, available, held, committed, version)
        values ($1, $2::integer, $2::integer, 0, 0, 1)`,
      parameters: [type.id, total],
    })
  },
})

/** Counters of tickets. They are locked in the order of their ids, whoever changes several. */
export const createCounts = (unit: Unit, untold: Untold, tellWatchers: (eventId: string) => void): Counts => {
  const change = (id: string, add: Partial<Record<Place | 'total', number>>, orElse: DomainError) =>
    unit().guard({
      table: 'ticket_counts',
      key: { column: 'id', value: id },
      add: { ...add, version: 1 },
      orElse,
    })
  const tell = (eventId: string | undefined) => {
    if (!eventId) return
    untold.mark(eventId)
    tellWatchers(eventId)
  }
  return {
    move: ({ eventId, items }, { from, to }, orElse) => {
      for (const { ticketTypeId, quantity } of items)
        change(ticketTypeId, { [from]: -quantity, [to]: quantity }, orElse(ticketTypeId))
      tell(eventId)
    },
    resize: ({ id, eventId }, by, orElse) => {
      change(id, { total: by, available: by }, orElse)
      tell(eventId)
    },
  }
}
