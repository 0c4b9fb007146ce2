import { invalid, notFound, precondition } from '#shared/domain/errors.ts'
import type { RoomTerms } from './waiting-room.ts'

/** How long places and turns that are over are remembered. */
export const keepQueueMs = 90 * 24 * 60 * 60_000

/** Somebody's place in a waiting room. */
export interface QueuePlace {
  eventId: string
  userId: string
  /** Counts from 1 in the order of arrival. */
  position: number
  /** What was reserved with it. */
  reservationId: string | undefined
  /** Undefined until it was let in. */
  turnUntil: Date | undefined
}

/** A waiting room as it stands. */
export interface RoomState extends RoomTerms {
  eventId: string
  admitted: number
  isPaused: boolean
}

type PlaceStatus = 'WAITING' | 'ADMITTED' | 'USED' | 'OVER'

/** A place as its owner sees it. */
export interface Standing {
  eventId: string
  position: number
  status: PlaceStatus
  ahead: number
  /** Undefined where nobody can say. */
  waitMs: number | undefined
  turnUntil: Date | undefined
}

export const noWaitingRoom = () => precondition('NO_WAITING_ROOM', 'the event has no waiting room at present')
export const notInQueue = () => notFound('NOT_IN_QUEUE', 'you have no place in this line; join it first')
export const queueTicketRequired = () =>
  precondition('QUEUE_TICKET_REQUIRED', 'this event has a waiting room; join it, and reserve when it is your turn')
export const queueTicketInvalid = () =>
  invalid('queue_ticket', 'QUEUE_TICKET_INVALID', 'must be one that was given to this person for this event')
export const queueTicketUsed = () => precondition('QUEUE_TICKET_USED', 'another reservation was made with this ticket')

export const statusOf = ({ reservationId, turnUntil }: QueuePlace, now: Date): PlaceStatus => {
  if (reservationId) return 'USED'
  if (!turnUntil) return 'WAITING'
  return now < turnUntil ? 'ADMITTED' : 'OVER'
}

/** Whether it counts for nothing any more, so that its owner may join anew. */
export const hasEnded = (place: QueuePlace, now: Date): boolean => ['USED', 'OVER'].includes(statusOf(place, now))

/** Throws QUEUE_TICKET_INVALID for a place that is gone, QUEUE_TICKET_USED, QUEUE_TURN_PENDING, QUEUE_TURN_OVER. */
export const mustBeTurnOf = (place: QueuePlace | undefined, position: number, now: Date): void => {
  if (place?.position !== position) throw queueTicketInvalid()
  switch (statusOf(place, now)) {
    case 'USED':
      throw queueTicketUsed()
    case 'WAITING':
      throw precondition('QUEUE_TURN_PENDING', 'it is not your turn yet')
    case 'OVER':
      throw precondition('QUEUE_TURN_OVER', 'your turn is over; join the line anew')
    case 'ADMITTED':
  }
}

/** How a place stands in its room. What was let in is asked about itself; all others follow from one number. */
export const standingOf = (place: QueuePlace, room: RoomState, now: Date): Standing => {
  const { eventId, position, turnUntil } = place
  const status = statusOf(place, now)
  const ahead = status === 'WAITING' ? Math.max(0, position - 1 - room.admitted) : 0
  const untilOpenMs = Math.max(0, room.opensAt.getTime() - now.getTime())
  const isKnown = status === 'WAITING' && !room.isPaused
  const waitMs = isKnown ? untilOpenMs + Math.ceil((ahead * 60_000) / room.admitPerMinute) : undefined
  return { eventId, position, status, ahead, waitMs, turnUntil }
}
