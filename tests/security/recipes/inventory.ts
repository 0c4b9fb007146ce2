import { createClient } from '@connectrpc/connect'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { duration } from '../../../services/shared/domain/timestamp.ts'
import type { Fields } from '../call.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'

const services = async ({ stage }: Scene) =>
  createClient(InventoryService, stage.transport(await stage.tokenFor('service:booking')))

/** A published event of the person's, as it is after catalog has told of it. */
export const newSale = async ({ stage, person }: Scene, price = 1000) => {
  const [eventId, ticketTypeId] = [crypto.randomUUID(), crypto.randomUUID()]
  await stage.databases.sql(
    'inventory',
    `with made as (
       insert into inventories (id, organizer_id, capacity, ticket_total, currency, starts_at, ends_at, is_closed,
         event_version, told_version, is_told_sold_out)
       values ($1, $3, 0, 100, 'EUR', now() + interval '900 days', now() + interval '901 days', false, 1, 0, false)
     ), typed as (
       insert into ticket_types (id, event_id, name, name_key, description, price, per_order_limit)
       values ($2, $1, 'Stalls', 'stalls', '', $4, 10)
     ) insert into ticket_counts (id, total, available, held, committed, version) values ($2, 100, 100, 0, 0, 1)`,
    eventId,
    ticketTypeId,
    person.id,
    price,
  )
  return { eventId, ticketTypeId }
}

const newOrder = async (scene: Scene) => {
  const { eventId, ticketTypeId } = await newSale(scene)
  const items = [{ ticketTypeId, quantity: 1 }]
  // What lapses meanwhile would be told by itself.
  const holdFor = duration(86_400_000)
  return { reservationId: crypto.randomUUID(), eventId, userId: scene.person.id, items, holdFor }
}

const newHold = async (scene: Scene): Promise<Fields> => {
  const order = await newOrder(scene)
  await (await services(scene)).reserveTickets(order)
  return { reservationId: order.reservationId }
}

const ofEvent = async (scene: Scene): Promise<Fields> => ({ eventId: (await newSale(scene)).eventId })

/** How to use inventory rightly. */
export const inventoryRecipes: Recipes = ofService('troupe.inventory.v1.InventoryService', {
  GetAvailability: { fields: ofEvent, ids: { event_id: 'open' } },
  WatchAvailability: { fields: ofEvent, ids: { event_id: 'open' } },
  AddTicketType: {
    fields: async (scene) => ({
      ...(await ofEvent(scene)),
      name: `Box ${crypto.randomUUID()}`,
      priceMinorUnits: 2000n,
      currency: 'EUR',
      total: 5,
      saleStartsAt: undefined,
      saleEndsAt: undefined,
    }),
    isOnce: true,
  },
  UpdateTicketType: {
    fields: async (scene) => ({
      ...(await newSale(scene)),
      name: 'Stalls',
      total: 99,
      saleStartsAt: undefined,
      saleEndsAt: undefined,
    }),
  },
  ReserveTickets: { fields: newOrder, ids: { event_id: 'open', user_id: 'open', 'items.ticket_type_id': 'open' } },
  CommitTickets: { fields: newHold },
  ReleaseTickets: { fields: newHold },
  FindHolds: {
    fields: async (scene) => ({ reservationIds: [(await newHold(scene)).reservationId] }),
    ids: { reservation_ids: 'open' },
  },
})
