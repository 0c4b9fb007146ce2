import { setTimeout as sleep } from 'node:timers/promises'
import {
  hasEnded,
  notInQueue,
  noWaitingRoom,
  type RoomState,
  type Standing,
  standingOf,
} from '../domain/queue-place.ts'
import { eventClosed } from '../domain/ticket-inventory.ts'
import { isInForce } from '../domain/waiting-room.ts'
import type { Ports } from './ports.ts'
import { queueTopic } from './queue-topic.ts'

/** How much may come together before watchers are told of it. */
const gatherMs = 300

/**
 * Who has more than a hundred before them is told more rarely of others who are let in, up to every half a minute: a long
 * line costs little more than a short one. Of their own turn everybody hears at once.
 */
const pauseMs = ({ ahead }: Standing): number => Math.min(30_000, Math.max(0, ahead - 100) * 10)

/** A place, with its ticket. */
export interface Ticketed extends Standing {
  queueTicket: string
}

const ticketed = ({ queueTickets }: Pick<Ports, 'queueTickets'>, userId: string, standing: Standing): Ticketed => {
  const { eventId, position } = standing
  return { ...standing, queueTicket: queueTickets.of({ kind: 'place', eventId, userId, position }) }
}

/** Throws EVENT_NOT_FOUND, EVENT_CLOSED, NO_WAITING_ROOM. */
const roomInForce = async ({ rooms, clock }: Pick<Ports, 'rooms' | 'clock'>, eventId: string): Promise<RoomState> => {
  const { isClosed, room } = await rooms.state(eventId)
  if (isClosed) throw eventClosed()
  if (!room || !isInForce(room, clock.now())) throw noWaitingRoom()
  return room
}

/** Takes somebody's place in the line of an event, once. Throws EVENT_NOT_FOUND, EVENT_CLOSED, NO_WAITING_ROOM. */
export const joinQueue =
  (ports: Ports) =>
  async (userId: string, eventId: string): Promise<Ticketed> => {
    const { queue, clock, apart } = ports
    await roomInForce(ports, eventId)
    const known = await queue.place(eventId, userId)
    const now = clock.now()
    if (!known || hasEnded(known, now))
      await apart('join-queue', async () => queue.join(eventId, userId, known?.position, now))
    const [place, room] = await Promise.all([queue.place(eventId, userId), roomInForce(ports, eventId)])
    if (!place) throw notInQueue()
    return ticketed(ports, userId, standingOf(place, room, clock.now()))
  }

/**
 * Follows somebody's place, first as it is and then as it moves; undefined as a sign of life. Ends with the place, the
 * room or the event. All who wait in one line are told by one number; only those who were let in are looked up. Throws
 * EVENT_NOT_FOUND, EVENT_CLOSED, NO_WAITING_ROOM, NOT_IN_QUEUE.
 */
export const watchQueue = (ports: Pick<Ports, 'rooms' | 'queue' | 'queueTickets' | 'clock' | 'watch'>) =>
  async function* (userId: string, eventId: string, signal: AbortSignal): AsyncGenerator<Ticketed | undefined> {
    const { rooms, queue, clock, watch } = ports
    await roomInForce(ports, eventId)
    let place = await queue.place(eventId, userId)
    if (!place) throw notInQueue()
    let known = ''
    let nextAt = 0
    for await (const isWoken of watch(queueTopic(eventId), signal)) {
      // Whoever wakes during this is heard after it.
      if (isWoken && known) await sleep(gatherMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      const { isClosed, room } = await rooms.state(eventId)
      const isUrgent = !room || isClosed || place.position <= room.admitted
      if (!isUrgent && performance.now() < nextAt) continue
      const now = clock.now()
      if (isClosed || !room || !isInForce(room, now)) return
      if (place.position <= room.admitted) place = (await queue.place(eventId, userId)) ?? place
      const standing = ticketed(ports, userId, standingOf(place, room, now))
      const content = JSON.stringify(standing)
      if (content !== known) yield standing
      else if (!isWoken) yield undefined
      known = content
      nextAt = performance.now() + pauseMs(standing)
      if (hasEnded(place, now)) return
    }
  }
