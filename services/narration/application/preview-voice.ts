import { leaveNothing } from '#shared/application/people.ts'
import { precondition, unavailable } from '#shared/domain/errors.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import { SpeechError } from '../domain/engine.ts'
import type { Sound } from '../domain/narration-parts.ts'
import { charactersOf, thousandsOf } from '../domain/speech.ts'
import type { EmotionWord } from '../domain/voice-parts.ts'
import { composeSpeech, speechKey } from './compose-speech.ts'
import type { Ports } from './ports.ts'
import type { Speak } from './speak.ts'

const previewIntensity = 7

/** What an engine's failure is to a caller. */
const toDomain = (error: unknown): unknown => {
  if (!(error instanceof SpeechError)) return error
  const { failure, reason, message, retryAfterMs } = error
  if (failure === 'busy')
    return unavailable('SPEECH_UNAVAILABLE', message, retryAfterMs === undefined ? {} : { retryAfterMs })
  return precondition(reason, message)
}

export interface PreviewRequest {
  text: string
  emotion: EmotionWord
  payAgain: boolean
}

/**
 * Says something with a voice of one's own. Throws VOICE_NOT_FOUND, VOICE_NOT_READY, SPEECH_UNKNOWN, SPEECH_UNAVAILABLE,
 * LIMIT_REACHED.
 */
export const previewVoice =
  (ports: Ports & { speak: Speak }) =>
  async (
    userId: string,
    voiceId: string,
    { text, emotion, payAgain }: PreviewRequest,
    signal: AbortSignal,
  ): Promise<Sound> => {
    const { voices, engines, lexicons, speeches, quota, studio, speak, hash, ids } = ports
    const voice = await voices.getOwn(userId, voiceId)
    const cast = voice.toBeCast(engines.models)
    const engine = engines.get(cast.engine)
    const said = { text: plainText('text', text.trim()), emotion, intensity: previewIntensity, language: 'en' }
    const speech = composeSpeech(cast, engine, said, await lexicons.of(userId))
    const key = speechKey(hash, speech)
    const known = await speeches.find(userId, key)
    if (known?.state === 'unknown' && payAgain) await speeches.forgive(userId, key)
    const usageKey = ids.next()
    const thousands = engine.isPaid && known?.state !== 'ready' ? thousandsOf(charactersOf(speech)) : 0
    if (thousands > 0) await quota.reserveSpeech(userId, usageKey, thousands)
    const saying = { ownerId: userId, key, speech, runId: `preview:${usageKey}`, turn: userId }
    try {
      return await leaveNothing(ports.people, studio, userId, async () => {
        const durationMs = await speak(saying, signal)
        if (thousands > 0) voice.previewed(usageKey, thousands)
        if (known?.encoded) await speeches.touch(userId, [key])
        else {
          await studio.encode(userId, [key], userId, signal)
          await speeches.noteEncoded(userId, [key])
        }
        return { ...studio.speechKeys(userId, key), durationMs }
      })
    } catch (error) {
      throw toDomain(error)
    }
  }
