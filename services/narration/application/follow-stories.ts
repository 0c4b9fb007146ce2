import { DomainError } from '#shared/domain/errors.ts'
import { StoryNarration } from '../domain/narration.ts'
import { nobody } from '../domain/narration-parts.ts'
import { staleTexts } from '../domain/plan.ts'
import { generateNarration } from './generate-narration.ts'
import type { Ports } from './ports.ts'

/** Notes which parts of a narration its story does not say any more. */
export const outdateNarration =
  ({ narrations, segments, scripts, clock }: Ports) =>
  async (storyId: string): Promise<void> => {
    const narration = await narrations.ofStory(storyId)
    if (!narration) return
    const script = await scripts.of(storyId).catch((error: unknown) => {
      // That it is gone, an event of its own says.
      if (error instanceof DomainError && error.kind === 'not-found') return undefined
      throw error
    })
    if (!script || script.contentHash === narration.contentHash) return
    const stale = staleTexts(await segments.told(narration.id), script.title, script.content)
    segments.markStale(
      narration.id,
      stale.flatMap((isStale, place) => (isStale ? [place] : [])),
    )
    narration.outdate(clock.now())
  }

/** Removes a narration, and its sound once that is certain. */
export const removeNarration =
  ({ narrations, speeches, studio, work, clock, afterCommit, troubled }: Ports) =>
  async (storyId: string): Promise<void> => {
    const narration = await narrations.ofStory(storyId)
    if (!narration) return
    const { id, runId, sound } = narration
    narration.fail(runId, 'STORY_DELETED', await speeches.spent(runId), clock.now())
    work.end(id)
    narrations.remove(narration)
    afterCommit(() => {
      studio.removeSound(sound).catch((error: unknown) => troubled('old sound', id, error))
    })
  }

/** What keeps a story from being told although its author wants it told without asking. */
const isRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && ['exhausted', 'precondition', 'not-found', 'invalid'].includes(error.kind)

/** Tells a story that was just analysed, if its author wants that; what stands against it, the narration says. */
export const narrateWhenAnalyzed =
  (ports: Ports) =>
  async (authorId: string, storyId: string): Promise<void> => {
    const { settings, narrations, voices, speeches, clock, ids } = ports
    const { narrateWhenAnalyzed: isWanted, narratorVoiceId } = await settings.of(authorId)
    if (!isWanted) return
    const known = await narrations.ofStory(storyId)
    if (known?.isRunning) known.fail(known.runId, 'SUPERSEDED', await speeches.spent(known.runId), clock.now())
    const isThere = narratorVoiceId !== '' && (await voices.find(narratorVoiceId))?.userId === authorId
    const map = known?.voiceMap ?? { ...nobody, narratorVoiceId: isThere ? narratorVoiceId : '' }
    try {
      await generateNarration(ports)(authorId, storyId, map)
    } catch (error) {
      if (!isRefusal(error)) throw error
      // A newer text is being analysed: its own event comes.
      if (error.reason === 'STORY_NOT_FOUND' || error.reason === 'STORY_NOT_ANALYZED') return
      const narration = known ?? new StoryNarration(ids.next(), storyId, authorId, clock.now())
      narration.refuse(error.reason, clock.now())
      if (!known) narrations.add(narration)
    }
  }
