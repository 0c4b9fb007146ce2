import { throughAll } from '#shared/application/through-all.ts'
import type { InventoryView, Ports } from './ports.ts'
import { queueTopic } from './queue-topic.ts'

/** How many tickets of those that are on sale at present are there. */
const onSaleNow = ({ types }: InventoryView, now: Date): number =>
  types
    .filter(({ saleStartsAt, saleEndsAt }) => (!saleStartsAt || saleStartsAt <= now) && now < saleEndsAt)
    .reduce((sum, { counts }) => sum + counts.available, 0)

const lettingIn =
  ({ rooms, queue, reads, clock, tellWatchers }: Ports) =>
  async (eventId: string): Promise<void> => {
    const now = clock.now()
    // Before what it decides by: what changes meanwhile is seen, or makes this run again.
    const room = await rooms.find(eventId)
    const [crowd, view] = await Promise.all([queue.crowd(eventId, now), reads.inventory(eventId)])
    if (!room || !view || view.isClosed) return
    const wasPaused = room.isPaused
    const wave = room.letIn({ joined: crowd.joined, free: onSaleNow(view, now) - crowd.inside }, now)
    if (wave) queue.letIn(eventId, wave)
    if (wave || room.isPaused !== wasPaused) tellWatchers(queueTopic(eventId))
  }

/** Lets in whose turn it is in the waiting room of one event. */
export const letInto = (ports: Ports) => {
  const letIn = lettingIn(ports)
  return (eventId: string): Promise<void> => ports.apart('let-in', () => letIn(eventId))
}

/** Lets in whose turn it is, in all waiting rooms. */
export const letIn = (ports: Ports) => {
  const { rooms, clock } = ports
  return (signal?: AbortSignal): Promise<void> =>
    throughAll(ports, 'let-in', (seen) => rooms.due(clock.now(), seen), lettingIn(ports), signal)
}
