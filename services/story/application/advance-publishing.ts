import type { Publishings } from '../domain/ports.ts'
import { publishingNotFound } from '../domain/publishing.ts'

/** Notes what is being made for a publication. Throws PUBLISHING_NOT_FOUND, PUBLISHING_FAILED, PUBLISHING_DONE. */
export const advancePublishing =
  ({ publishings }: { publishings: Publishings }) =>
  async (publishingId: string, made: { narrationId: string; videoJobId: string }): Promise<void> => {
    const publishing = await publishings.find(publishingId)
    if (!publishing) throw publishingNotFound()
    publishing.advance(made)
  }
