import type { ServiceImpl } from '@connectrpc/connect'
import type { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { dateOf, milliseconds } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { InventoryApp } from '../application/app.ts'
import { turnMs } from '../domain/waiting-room.ts'
import { toEntry, toQueuePlace, toWaitingRoom } from './waiting-to-proto.ts'

type Rpcs = ServiceImpl<typeof InventoryService>

/** What concerns waiting rooms. */
export const roomRpcs = (app: InventoryApp) =>
  ({
    openWaitingRoom: async ({ eventId, opensAt, closesAt, admitPerMinute, turn }, context) => {
      const terms = {
        opensAt: dateOf(opensAt),
        closesAt: dateOf(closesAt),
        admitPerMinute,
        turnMs: turn ? milliseconds(turn) : turnMs,
      }
      return { waitingRoom: toWaitingRoom(await app.openWaitingRoom(caller(context), eventId, terms)) }
    },
    closeWaitingRoom: async ({ eventId }, context) => {
      await app.closeWaitingRoom(caller(context), eventId)
      return {}
    },
    joinQueue: async ({ eventId }, context) => ({ place: toQueuePlace(await app.joinQueue(caller(context), eventId)) }),
    watchQueue: async function* ({ eventId }, context) {
      for await (const place of app.watchQueue(caller(context), eventId, context.signal))
        yield place ? { place: toQueuePlace(place) } : {}
    },
  }) satisfies Partial<Rpcs>

/** What concerns waiting lists. */
export const waitingRpcs = (app: InventoryApp) =>
  ({
    joinWaitingList: async ({ eventId, ticketTypeIds, partySize, acceptsFewer }, context) => {
      const wish = { eventId, userId: caller(context), ticketTypeIds, partySize, acceptsFewer }
      return { entry: toEntry(await app.joinWaitingList(wish)) }
    },
    claimOffer: async ({ entryId }, context) => {
      const { entry, queueTicket } = await app.claimOffer(caller(context), entryId)
      return { entry: toEntry(entry), queueTicket }
    },
    leaveWaitingList: async ({ entryId }, context) => ({
      entry: toEntry(await app.leaveWaitingList(caller(context), entryId)),
    }),
    listWaitingListEntries: async (request, context) => {
      const size = pageSize(request.pageSize, 20, 100)
      const page = await app.listWaitingListEntries(caller(context), size, request.pageToken)
      return { entries: page.items.map(toEntry), nextPageToken: page.nextPageToken }
    },
  }) satisfies Partial<Rpcs>
