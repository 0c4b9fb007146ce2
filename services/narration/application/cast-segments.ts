import { invalid } from '#shared/domain/errors.ts'
import { castFor } from '../domain/casting.ts'
import type { Pronunciation } from '../domain/lexicon.ts'
import type { VoiceMap } from '../domain/narration-parts.ts'
import type { PlannedSegment } from '../domain/plan.ts'
import { type RecordedLine, recordedSpeech } from '../domain/recorded.ts'
import type { CastVoice } from '../domain/speech.ts'
import { composeSpeech, speechKey } from './compose-speech.ts'
import type { Ports } from './ports.ts'
import type { CastSegment, SegmentChange } from './segment-ports.ts'

type CastPorts = Pick<Ports, 'voices' | 'engines' | 'hash'>

/** How strongly an author means an emotion that they chose themselves. */
const chosenIntensity = 7

/** Who says a segment. */
export type VoiceOf = (
  segment: Pick<PlannedSegment, 'characterId'>,
  voiceId?: string,
) => Promise<CastVoice & { id: string }>

/**
 * Finds voices for a story's parts: the author's own where they chose one, else those that come with the engine. Throws
 * VOICE_NOT_FOUND, VOICE_NOT_READY, PROVIDER_NOT_CONFIGURED, UNKNOWN_CHARACTER.
 */
export const castVoices = async (
  { voices, engines }: CastPorts,
  userId: string,
  voiceMap: VoiceMap,
  characterIds: readonly string[],
): Promise<VoiceOf> => {
  const stock = castFor(engines.stock, characterIds)
  const own = new Map<string, CastVoice & { id: string }>()
  const ownVoice = async (id: string) => {
    const known = own.get(id)
    if (known) return known
    const cast = { ...(await voices.getOwn(userId, id)).toBeCast(engines.models), id }
    engines.get(cast.engine)
    own.set(id, cast)
    return cast
  }
  const { narratorVoiceId, characterVoiceIds } = voiceMap
  const stranger = Object.keys(characterVoiceIds).find((id) => !characterIds.includes(id))
  if (stranger !== undefined)
    throw invalid('voice_map.character_voice_ids', 'UNKNOWN_CHARACTER', `the story has no character ${stranger}`)
  // All at first, so that what is wrong with one is said before anything is made.
  for (const id of [narratorVoiceId, ...Object.values(characterVoiceIds)]) if (id) await ownVoice(id)
  return async ({ characterId }, voiceId) => {
    const chosen = voiceId || (characterId === '' ? narratorVoiceId : characterVoiceIds[characterId])
    if (chosen) return ownVoice(chosen)
    return { ...(characterId === '' ? stock.narrator : stock.of(characterId)), id: '' }
  }
}

/** A planned segment as it is to be said, with what its author changed. */
export const castSegment = async (
  { engines, hash }: CastPorts,
  voiceOf: VoiceOf,
  planned: PlannedSegment,
  { language, lexicon }: { language: string; lexicon: readonly Pronunciation[] },
  change: SegmentChange | undefined,
  recorded?: RecordedLine,
): Promise<CastSegment> => {
  // Who says otherwise what is said, or by whom, does not want the recording.
  const isRecorded = recorded !== undefined && change?.text === undefined && change?.voiceId === undefined
  const cast = await voiceOf(planned, change?.voiceId)
  const text = change?.text ?? planned.text
  const emotion = change?.emotion ?? planned.emotion
  const intensity = change?.emotion ? chosenIntensity : planned.intensity
  const speech = isRecorded
    ? recordedSpeech(recorded, language)
    : composeSpeech(cast, engines.get(cast.engine), { text, emotion, intensity, language }, lexicon)
  return {
    ...planned,
    told: planned.text,
    toldEmotion: planned.emotion,
    toldIntensity: planned.intensity,
    change,
    text,
    emotion,
    intensity,
    voiceId: isRecorded ? '' : cast.id,
    speech,
    key: speechKey(hash, speech),
  }
}

/** The changes that authors made, each for the next segment that still says the same. */
export const changesByText = (changes: readonly { told: string; change: SegmentChange }[]) => {
  const left = Map.groupBy(changes, ({ told }) => told)
  return (told: string): SegmentChange | undefined => left.get(told)?.shift()?.change
}
