import { createClient } from '@connectrpc/connect'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { duration } from '../../../services/shared/domain/timestamp.ts'
import { eventually } from '../../mesh.ts'
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
  return { reservationId: crypto.randomUUID(), eventId, userId: scene.person.id, items, holdFor, queueTicket: '' }
}

const newHold = async (scene: Scene): Promise<Fields> => {
  const order = await newOrder(scene)
  await (await services(scene)).reserveTickets(order)
  return { reservationId: order.reservationId }
}

/** A place in the line of an event of the person's. */
const newRoom = async (scene: Scene): Promise<Fields> => {
  const { eventId } = await newSale(scene)
  await scene.stage.databases.sql(
    'inventory',
    `insert into waiting_rooms (id, opens_at, admit_per_minute, turn_ms, admitted, due_at, is_paused)
     values ($1, now() - interval '1 minute', 1, 600000, 0, now() + interval '900 days', false)`,
    eventId,
  )
  return { eventId }
}

const newPlace = async (scene: Scene): Promise<Fields> => {
  const fields = await newRoom(scene)
  await scene.stage.databases.sql(
    'inventory',
    `select join_queue($1::uuid, $2::uuid, null, now())`,
    fields.eventId,
    scene.person.id,
  )
  return fields
}

/** A wish for more tickets than an event has, which one will do for. */
const newWish = async (scene: Scene) => {
  const { eventId, ticketTypeId } = await newSale(scene)
  await scene.stage.databases.sql(
    'inventory',
    `with fewer as (update ticket_counts set total = 1, available = 1 where id = $2)
     update inventories set ticket_total = 1 where id = $1`,
    eventId,
    ticketTypeId,
  )
  return { eventId, ticketTypeIds: [ticketTypeId], partySize: 2, acceptsFewer: true }
}

const newOffer = async (scene: Scene): Promise<Fields> => {
  const own = createClient(InventoryService, scene.stage.transport(scene.person.token))
  const { entry } = await own.joinWaitingList(await newWish(scene))
  const entryId = entry?.id ?? ''
  await eventually(async () => {
    const { entries } = await own.listWaitingListEntries({ pageSize: 100 })
    return entries.find(({ id, offer }) => id === entryId && offer)
  })
  return { entryId }
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
  OpenWaitingRoom: {
    fields: async (scene) => ({
      ...(await ofEvent(scene)),
      admitPerMinute: 60,
      opensAt: undefined,
      closesAt: undefined,
      turn: duration(600_000),
    }),
  },
  CloseWaitingRoom: { fields: newRoom },
  JoinQueue: { fields: newRoom, ids: { event_id: 'open' } },
  WatchQueue: { fields: newPlace },
  JoinWaitingList: { fields: newWish, ids: { event_id: 'open', ticket_type_ids: 'open' } },
  ClaimOffer: { fields: newOffer },
  LeaveWaitingList: { fields: newOffer },
  ListWaitingListEntries: {},
  CommitTickets: { fields: newHold },
  ReleaseTickets: { fields: newHold },
  FindHolds: {
    fields: async (scene) => ({ reservationIds: [(await newHold(scene)).reservationId] }),
    ids: { reservation_ids: 'open' },
  },
})
