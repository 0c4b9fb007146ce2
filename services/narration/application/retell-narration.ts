import { DomainError } from '#shared/domain/errors.ts'
import { StoryNarration } from '../domain/narration.ts'
import type { VoiceMap } from '../domain/narration-parts.ts'
import { generateNarration, type Wish } from './generate-narration.ts'
import type { Ports } from './ports.ts'

/** What keeps a story from being told although it is to be without anybody asking. */
const isRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && ['exhausted', 'precondition', 'not-found', 'invalid'].includes(error.kind)

/** Tells a story anew because something happened; what stands against it, the narration says. */
export const retellNarration =
  (ports: Ports) =>
  async (
    authorId: string,
    storyId: string,
    known: StoryNarration | undefined,
    map: VoiceMap,
    wish: Wish = {},
  ): Promise<void> => {
    const { narrations, speeches, clock, ids } = ports
    if (known?.isRunning) known.fail(known.runId, 'SUPERSEDED', await speeches.spent(known.runId), clock.now())
    try {
      await generateNarration(ports)(authorId, storyId, map, wish)
    } catch (error) {
      if (!isRefusal(error)) throw error
      // A newer text is being analysed: its own event comes.
      if (error.reason === 'STORY_NOT_FOUND' || error.reason === 'STORY_NOT_ANALYZED') return
      const narration = known ?? new StoryNarration(ids.next(), storyId, authorId, clock.now())
      narration.refuse(error.reason, clock.now())
      if (!known) narrations.add(narration)
    }
  }
