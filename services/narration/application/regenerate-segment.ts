import { notFound, precondition } from '#shared/domain/errors.ts'
import type { StoryNarration } from '../domain/narration.ts'
import { recordingsOf } from '../domain/recorded.ts'
import { castSegment, castVoices } from './cast-segments.ts'
import { planRun } from './plan-run.ts'
import type { Ports } from './ports.ts'
import type { SegmentChange } from './segment-ports.ts'

/**
 * Begins to say one segment otherwise, and to join the whole anew. Throws NARRATION_NOT_FOUND, SEGMENT_NOT_FOUND,
 * NARRATION_RUNNING, SPEECH_UNKNOWN, and what casting and the quota say.
 */
export const regenerateSegment =
  (ports: Ports) =>
  async (
    userId: string,
    narrationId: string,
    place: number,
    { payAgain, ...asked }: SegmentChange & { payAgain: boolean },
  ): Promise<StoryNarration> => {
    const { narrations, segments, speeches, lexicons, recordings, work, clock } = ports
    const narration = await narrations.getOwn(userId, narrationId)
    narration.mustNotRun()
    const stored = await segments.find(narrationId, place)
    if (!stored) throw notFound('SEGMENT_NOT_FOUND', 'the narration has no such segment')
    const change: SegmentChange = { ...stored.change, ...asked }
    const voiceOf = await castVoices(ports, userId, narration.voiceMap, narration.castIds)
    const context = { language: narration.language, lexicon: await lexicons.of(userId) }
    const told = { ...stored, emotion: stored.toldEmotion, intensity: stored.toldIntensity, text: stored.told }
    const isChanged = Object.keys(change).length > 0
    const before = (await segments.told(narrationId)).slice(0, place)
    const times = before.filter((text) => text === stored.told).length
    const recorded = recordingsOf(await recordings.of(narration.storyId))
    const line = recorded.find(stored.characterId, stored.told, times)
    const cast = await castSegment(ports, voiceOf, told, context, isChanged ? change : undefined, line)
    const known = await speeches.find(userId, cast.key)
    if (known?.state === 'unknown') {
      if (!payAgain)
        throw precondition('SPEECH_UNKNOWN', 'nobody knows whether this was paid for; say that it may be paid again')
      await speeches.forgive(userId, cast.key)
    }
    narration.retell(await planRun(ports, userId, [cast], narration.segmentsTotal), clock.now())
    segments.update(narrationId, place, cast)
    work.begin(narrationId, 'narration')
    ports.afterCommit(ports.wakeWork)
    return narration
  }
