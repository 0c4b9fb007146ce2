import { setImmediate as nextTurn } from 'node:timers/promises'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { StoryNarration } from '../domain/narration.ts'
import { nobody, type VoiceMap } from '../domain/narration-parts.ts'
import { planSegments } from '../domain/plan.ts'
import { type RecordedLine, recordingsOf } from '../domain/recorded.ts'
import { castSegment, castVoices, changesByText } from './cast-segments.ts'
import { planRun } from './plan-run.ts'
import type { Ports } from './ports.ts'
import type { CastSegment } from './segment-ports.ts'

const atOnce = 100

/** How a narration is wanted where it is not by an author of the present text. */
export interface Wish {
  /** The present one unless given. */
  version?: number
  /** What waits for it. */
  publishingId?: string
  /** The lines that are recorded, where more are known than are kept. */
  lines?: readonly RecordedLine[]
}

/** How often each line was said before, by what is asked. */
const timesOf = () => {
  const said = new Map<string, number>()
  return ({ characterId, text }: { characterId: string; text: string }): number => {
    const id = `${characterId} ${text}`
    const times = said.get(id) ?? 0
    said.set(id, times + 1)
    return times
  }
}

/**
 * Begins to tell a story as it is analysed now; what was said before in the same way is not said again. Throws
 * STORY_NOT_FOUND, STORY_NOT_ANALYZED, NARRATION_RUNNING, NOTHING_TO_SAY, and what casting and the quota say.
 */
export const generateNarration =
  (ports: Ports) =>
  async (userId: string, storyId: string, voiceMap?: VoiceMap, wish: Wish = {}): Promise<StoryNarration> => {
    const { scripts, narrations, segments, lexicons, recordings, work, ids, clock } = ports
    const script = await scripts.of(storyId, wish.version)
    if (script.authorId !== userId) throw notFound('STORY_NOT_FOUND', 'there is no such story')
    if (!script.analyzed) throw precondition('STORY_NOT_ANALYZED', 'analyse the story as it is now first')
    const known = await narrations.ofStory(storyId)
    known?.mustNotRun()
    const map = voiceMap ?? known?.voiceMap ?? nobody
    const voiceOf = await castVoices(ports, userId, map, script.characterIds)
    const changeOf = changesByText(known ? await segments.changes(known.id) : [])
    const context = { language: script.language, lexicon: await lexicons.of(userId) }
    const cast: CastSegment[] = []
    const recorded = recordingsOf(wish.lines ?? (await recordings.of(storyId)))
    const times = timesOf()
    for (const planned of planSegments(script, recorded.has)) {
      const line = recorded.find(planned.characterId, planned.text, times(planned))
      cast.push(await castSegment(ports, voiceOf, planned, context, changeOf(planned.text), line))
      // A long story holds up nobody else.
      if (cast.length % atOnce === 0) await nextTurn()
    }
    if (cast.length === 0) throw precondition('NOTHING_TO_SAY', 'the story says nothing that can be spoken')
    const narration = known ?? new StoryNarration(ids.next(), storyId, userId, clock.now())
    const run = { ...(await planRun(ports, userId, cast)), publishingId: wish.publishingId ?? '' }
    narration.tell(script, map, run, clock.now())
    if (!known) narrations.add(narration)
    segments.replace(narration.id, cast)
    work.begin(narration.id, 'narration')
    ports.afterCommit(ports.wakeWork)
    return narration
  }
