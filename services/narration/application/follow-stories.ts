import { DomainError } from '#shared/domain/errors.ts'
import { nobody } from '../domain/narration-parts.ts'
import { staleTexts } from '../domain/plan.ts'
import type { Ports } from './ports.ts'
import { retellNarration } from './retell-narration.ts'

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
  ({ narrations, speeches, studio, recordings, work, clock, afterCommit, troubled }: Ports) =>
  async (storyId: string): Promise<void> => {
    recordings.forgetStory(storyId)
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

/** Tells a story that was just analysed, if its author wants that; what stands against it, the narration says. */
export const narrateWhenAnalyzed =
  (ports: Ports) =>
  async (authorId: string, storyId: string): Promise<void> => {
    const { settings, narrations, voices } = ports
    const { narrateWhenAnalyzed: isWanted, narratorVoiceId } = await settings.of(authorId)
    if (!isWanted) return
    const known = await narrations.ofStory(storyId)
    const isThere = narratorVoiceId !== '' && (await voices.find(narratorVoiceId))?.userId === authorId
    const map = known?.voiceMap ?? { ...nobody, narratorVoiceId: isThere ? narratorVoiceId : '' }
    await retellNarration(ports)(authorId, storyId, known, map)
  }
