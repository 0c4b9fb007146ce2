import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { Hold, type HoldStatus } from '../domain/hold.ts'
import { TicketInventory } from '../domain/ticket-inventory.ts'
import { TicketType } from '../domain/ticket-type.ts'

const TicketInventorySchema = defineEntity({
  class: TicketInventory,
  tableName: 'inventories',
  properties: {
    id: p.uuid().primary(),
    organizerId: p.uuid().nullable(),
    capacity: p.integer(),
    ticketTotal: p.integer(),
    currency: p.text(),
    startsAt: p.datetime(3),
    endsAt: p.datetime(3),
    isClosed: p.boolean(),
    eventVersion: p.integer(),
    toldVersion: p.integer(),
    isToldSoldOut: p.boolean(),
    revision: p.integer().version(),
  },
})

const TicketTypeSchema = defineEntity({
  class: TicketType,
  tableName: 'ticket_types',
  properties: {
    id: p.uuid().primary(),
    eventId: p.uuid(),
    name: p.text(),
    nameKey: p.text(),
    description: p.text(),
    price: p.integer(),
    saleStartsAt: p.datetime(3).nullable(),
    saleEndsAt: p.datetime(3).nullable(),
    perOrderLimit: p.integer(),
    revision: p.integer().version(),
  },
})

const HoldSchema = defineEntity({
  class: Hold,
  tableName: 'holds',
  properties: {
    id: p.uuid().primary(),
    eventId: p.uuid().nullable(),
    userId: p.uuid().nullable(),
    items: p.json<Hold['items']>(),
    status: p.text().$type<HoldStatus>(),
    expiresAt: p.datetime(3).nullable(),
    changedAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

export const entities = [TicketInventorySchema, TicketTypeSchema, HoldSchema] as unknown as readonly EntitySchema[]
