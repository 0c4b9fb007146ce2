import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { Hold, type HoldStatus } from '../domain/hold.ts'
import { TicketInventory } from '../domain/ticket-inventory.ts'
import { TicketType } from '../domain/ticket-type.ts'
import { type EntryStatus, WaitingListEntry } from '../domain/waiting-list-entry.ts'
import { WaitingRoom } from '../domain/waiting-room.ts'

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

const WaitingRoomSchema = defineEntity({
  class: WaitingRoom,
  tableName: 'waiting_rooms',
  properties: {
    id: p.uuid().primary(),
    opensAt: p.datetime(3),
    closesAt: p.datetime(3).nullable(),
    admitPerMinute: p.integer(),
    turnMs: p.integer(),
    admitted: p.integer(),
    dueAt: p.datetime(3),
    isPaused: p.boolean(),
    revision: p.integer().version(),
  },
})

const WaitingListEntrySchema = defineEntity({
  class: WaitingListEntry,
  tableName: 'waiting_list',
  properties: {
    id: p.uuid().primary(),
    eventId: p.uuid(),
    userId: p.uuid(),
    ticketTypeIds: p.json<WaitingListEntry['ticketTypeIds']>(),
    partySize: p.integer(),
    acceptsFewer: p.boolean(),
    status: p.text().$type<EntryStatus>(),
    offeredTypeId: p.uuid().nullable(),
    offeredQuantity: p.integer().nullable(),
    offerExpiresAt: p.datetime(3).nullable(),
    joinedAt: p.datetime(3),
    changedAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

export const entities = [
  TicketInventorySchema,
  TicketTypeSchema,
  HoldSchema,
  WaitingRoomSchema,
  WaitingListEntrySchema,
] as unknown as readonly EntitySchema[]
