import { type RoomTerms, WaitingRoom } from '../domain/waiting-room.ts'
import type { Ports } from './ports.ts'
import { queueTopic } from './queue-topic.ts'

/** `opensAt` is now unless it is said. */
type Wanted = Omit<RoomTerms, 'opensAt'> & { opensAt: Date | undefined }

/**
 * Sets up the waiting room of one's own event, or changes it. Throws EVENT_NOT_FOUND, NOT_THE_ORGANIZER, EVENT_CLOSED,
 * WAITING_ROOM_NEVER_OPEN.
 */
export const openWaitingRoom =
  ({ inventories, rooms, clock, tellWatchers }: Ports) =>
  async (caller: string, eventId: string, wanted: Wanted): Promise<RoomTerms> => {
    const [inventory, room] = await Promise.all([inventories.get(eventId), rooms.find(eventId)])
    inventory.mustBeChangeableBy(caller)
    const now = clock.now()
    const terms = { ...wanted, opensAt: wanted.opensAt ?? now }
    if (room) room.change(terms, now)
    else rooms.add(WaitingRoom.of(eventId, terms, now))
    tellWatchers(eventId)
    tellWatchers(queueTopic(eventId))
    return terms
  }

/** Closes the waiting room of one's own event. Throws EVENT_NOT_FOUND, NOT_THE_ORGANIZER. */
export const closeWaitingRoom =
  ({ inventories, rooms, clock, tellWatchers }: Ports) =>
  async (caller: string, eventId: string): Promise<void> => {
    const [inventory, room] = await Promise.all([inventories.get(eventId), rooms.find(eventId)])
    inventory.mustBelongTo(caller)
    room?.close(clock.now())
    tellWatchers(eventId)
    tellWatchers(queueTopic(eventId))
  }
