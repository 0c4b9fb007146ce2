import type { Page, Paged } from '#shared/application/paged.ts'
import { precondition } from '#shared/domain/errors.ts'
import { narrationNotFound, type StoryNarration } from '../domain/narration.ts'
import type { Told } from '../domain/narration-parts.ts'
import type { Ports } from './ports.ts'
import type { HeardSegment } from './segment-ports.ts'

/** A story as it was last told, and a page of what is heard. */
export interface Soundtrack {
  narration: StoryNarration
  sound: Told
  heard: Paged<HeardSegment>
}

/** For those who make something of a narration; of one person's, where they are named. Throws NARRATION_NOT_FOUND, NARRATION_NOT_COMPLETED. */
export const getSoundtrack =
  ({ narrations, segments }: Pick<Ports, 'narrations' | 'segments'>) =>
  async (storyId: string, ownerId: string, page: Page): Promise<Soundtrack> => {
    const narration = await narrations.ofStory(storyId)
    if (!narration || (ownerId !== '' && narration.userId !== ownerId)) throw narrationNotFound()
    const { id, userId, sound } = narration
    if (!sound || !narration.isAsHeard)
      throw precondition('NARRATION_NOT_COMPLETED', 'the story is not told to its end')
    return { narration, sound, heard: await segments.heard(id, userId, page) }
  }
