import type { MessageInitShape } from '@bufbuild/protobuf'
import { type WaitingListEntrySchema, WaitingListStatus } from '#gen/troupe/inventory/v1/waiting_list_pb.ts'
import {
  type QueuePlaceSchema,
  QueuePlaceStatus,
  type WaitingRoomSchema,
} from '#gen/troupe/inventory/v1/waiting_room_pb.ts'
import { duration, timestamp } from '#shared/domain/timestamp.ts'
import type { Ticketed } from '../application/stand-in-line.ts'
import type { EntryView } from '../application/waiting-ports.ts'
import type { RoomTerms } from '../domain/waiting-room.ts'

export const toWaitingRoom = (terms: RoomTerms): MessageInitShape<typeof WaitingRoomSchema> => ({
  opensAt: timestamp(terms.opensAt),
  admitPerMinute: terms.admitPerMinute,
  turn: duration(terms.turnMs),
  ...(terms.closesAt && { closesAt: timestamp(terms.closesAt) }),
})

export const toQueuePlace = (place: Ticketed): MessageInitShape<typeof QueuePlaceSchema> => ({
  eventId: place.eventId,
  position: BigInt(place.position),
  status: QueuePlaceStatus[place.status],
  ahead: BigInt(place.ahead),
  queueTicket: place.queueTicket,
  ...(place.waitMs !== undefined && { estimatedWait: duration(place.waitMs) }),
  ...(place.turnUntil && { turnUntil: timestamp(place.turnUntil) }),
})

const toOffer = ({ offeredTypeId, offeredQuantity, offerExpiresAt }: EntryView) =>
  offeredTypeId && offeredQuantity && offerExpiresAt
    ? { offer: { ticketTypeId: offeredTypeId, quantity: offeredQuantity, expiresAt: timestamp(offerExpiresAt) } }
    : {}

export const toEntry = (entry: EntryView): MessageInitShape<typeof WaitingListEntrySchema> => ({
  id: entry.id,
  eventId: entry.eventId,
  ticketTypeIds: [...entry.ticketTypeIds],
  partySize: entry.partySize,
  acceptsFewer: entry.acceptsFewer,
  status: WaitingListStatus[entry.status],
  joinedAt: timestamp(entry.joinedAt),
  ...toOffer(entry),
})
