import type { MessageInitShape } from '@bufbuild/protobuf'
import { type HoldSchema, HoldStatus } from '#gen/troupe/inventory/v1/hold_pb.ts'
import {
  InventoryStatus,
  type TicketInventorySchema,
  type TicketTypeSchema,
} from '#gen/troupe/inventory/v1/ticket_inventory_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { InventoryView, TypeView } from '../application/ports.ts'
import { availabilityOf } from '../domain/counts.ts'
import type { Hold } from '../domain/hold.ts'
import { toWaitingRoom } from './waiting-to-proto.ts'

const money = (amount: number, currency: string) => ({ minorUnits: BigInt(amount), currency })

export const toTicketType = (type: TypeView, currency: string): MessageInitShape<typeof TicketTypeSchema> => ({
  id: type.id,
  name: type.name,
  description: type.description,
  price: money(type.price, currency),
  counts: type.counts,
  saleEndsAt: timestamp(type.saleEndsAt),
  perOrderLimit: type.perOrderLimit,
  ...(type.saleStartsAt && { saleStartsAt: timestamp(type.saleStartsAt) }),
})

export const toInventory = (view: InventoryView): MessageInitShape<typeof TicketInventorySchema> => ({
  eventId: view.eventId,
  status: InventoryStatus[view.isClosed ? 'CLOSED' : availabilityOf(view.counts)],
  capacity: view.capacity,
  counts: view.counts,
  ticketTypes: view.types.map((type) => toTicketType(type, view.currency)),
  version: BigInt(view.version),
  asOf: timestamp(view.asOf),
  ...(view.waitingRoom && { waitingRoom: toWaitingRoom(view.waitingRoom) }),
})

export const toHold = (hold: Hold): MessageInitShape<typeof HoldSchema> => ({
  reservationId: hold.id,
  eventId: hold.eventId ?? '',
  items: hold.items.map(({ ticketTypeId, name, quantity, unitPrice, currency }) => ({
    ticketTypeId,
    name,
    quantity,
    unitPrice: money(unitPrice, currency),
  })),
  status: HoldStatus[hold.status === 'LAPSED' || hold.status === 'RETURNED' ? 'RELEASED' : hold.status],
  ...(hold.expiresAt && { expiresAt: timestamp(hold.expiresAt) }),
})
