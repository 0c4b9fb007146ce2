import type { Clock } from '#shared/domain/clock.ts'
import type { Events } from '../domain/ports.ts'

const atOnce = 50

interface Ports {
  events: Events
  clock: Clock
  /** Runs a unit of work of its own and commits it. */
  commit: <T>(run: () => Promise<T>) => Promise<T>
}

/**
 * Deletes an organiser's drafts, cancels what has not taken place, and forgets how to reach them, some events at a time.
 * From the first step on they begin no event any more. Run again, it goes on where it stopped.
 */
export const eraseOrganizer =
  ({ events, clock, commit }: Ports) =>
  async (organizerId: string, signal: AbortSignal): Promise<void> => {
    await commit(async () => events.leave(organizerId))
    const settleSome = async (): Promise<number> => {
      const some = await events.unsettled(organizerId, atOnce)
      for (const event of some) {
        const isDraft = event.status === 'draft'
        event.abandon(clock.now())
        if (isDraft) events.remove(event)
        else events.save(event)
      }
      return some.length
    }
    while ((await commit(settleSome)) === atOnce) signal.throwIfAborted()
  }
