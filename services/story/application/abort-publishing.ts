import type { Clock } from '#shared/domain/clock.ts'
import type { Publishings } from '../domain/ports.ts'

interface Ports {
  publishings: Publishings
  clock: Clock
}

/** Gives a publication up; one whose story is gone is given up already. Throws PUBLISHING_DONE. */
export const abortPublishing =
  ({ publishings, clock }: Ports) =>
  async (publishingId: string, reason: string): Promise<void> => {
    const publishing = await publishings.find(publishingId)
    publishing?.abort(reason, clock.now())
  }
