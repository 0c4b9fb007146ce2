import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { Ticket, type TicketStatus } from '../domain/ticket.ts'

const TicketSchema = defineEntity({
  class: Ticket,
  tableName: 'tickets',
  properties: {
    id: p.uuid().primary(),
    reservationId: p.uuid(),
    eventId: p.uuid(),
    holderId: p.uuid().nullable(),
    ticketTypeId: p.uuid(),
    name: p.text(),
    status: p.text().$type<TicketStatus>(),
    usedAt: p.datetime(3).nullable(),
    gate: p.text(),
    createdAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

export const entities = [TicketSchema] as unknown as readonly EntitySchema[]
