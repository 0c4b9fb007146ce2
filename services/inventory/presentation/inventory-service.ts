import type { ServiceImpl } from '@connectrpc/connect'
import type { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { dateOf, milliseconds } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { InventoryApp } from '../application/app.ts'
import { holdMs } from '../domain/hold.ts'
import { toHold, toInventory, toTicketType } from './to-proto.ts'
import { roomRpcs, waitingRpcs } from './waiting-rpcs.ts'

type Rpcs = ServiceImpl<typeof InventoryService>

const priceOf = (minorUnits: bigint | undefined) => (minorUnits === undefined ? undefined : Number(minorUnits))

const forEverybody = (app: InventoryApp) =>
  ({
    getAvailability: async ({ eventId }) => ({ inventory: toInventory(await app.getAvailability(eventId)) }),
    watchAvailability: async function* ({ eventId }, { signal }) {
      for await (const view of app.watchAvailability(eventId, signal))
        yield view ? { inventory: toInventory(view) } : {}
    },
  }) satisfies Partial<Rpcs>

const forOrganizers = (app: InventoryApp) =>
  ({
    addTicketType: async (request, context) => {
      const { eventId, name, description, currency, total, perOrderLimit } = request
      const [saleStartsAt, saleEndsAt] = [dateOf(request.saleStartsAt), dateOf(request.saleEndsAt)]
      const price = Number(request.priceMinorUnits)
      const terms = { name, description, price, saleStartsAt, saleEndsAt, perOrderLimit }
      const added = await app.addTicketType(caller(context), eventId, terms, currency, total)
      return { ticketType: toTicketType(added.type, added.currency) }
    },
    updateTicketType: async ({ eventId, ticketTypeId, ...change }, context) => {
      const { name, description, total, perOrderLimit } = change
      const [saleStartsAt, saleEndsAt] = [dateOf(change.saleStartsAt), dateOf(change.saleEndsAt)]
      const price = priceOf(change.priceMinorUnits)
      const terms = { name, description, price, total, saleStartsAt, saleEndsAt, perOrderLimit }
      const changed = await app.updateTicketType(caller(context), eventId, ticketTypeId, terms)
      return { ticketType: toTicketType(changed.type, changed.currency) }
    },
  }) satisfies Partial<Rpcs>

const forServices = (app: InventoryApp) =>
  ({
    reserveTickets: async ({ reservationId, eventId, userId, items, holdFor, queueTicket }) => {
      const order = { reservationId, eventId, userId, items }
      const forMs = holdFor ? milliseconds(holdFor) : holdMs
      return { hold: toHold(await app.reserveTickets(order, forMs, queueTicket)) }
    },
    commitTickets: async ({ reservationId }) => ({ hold: toHold(await app.commitTickets(reservationId)) }),
    releaseTickets: async ({ reservationId }) => {
      await app.releaseTickets(reservationId)
      return {}
    },
    findHolds: async ({ reservationIds }) => ({ holds: (await app.findHolds(reservationIds)).map(toHold) }),
  }) satisfies Partial<Rpcs>

/** Answers InventoryService. */
export const inventoryService = (app: InventoryApp): Rpcs => ({
  ...forEverybody(app),
  ...forOrganizers(app),
  ...forServices(app),
  ...roomRpcs(app),
  ...waitingRpcs(app),
})
