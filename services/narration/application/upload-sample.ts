import { plainText } from '#shared/domain/plain-text.ts'
import { problemsOf } from '#shared/domain/recording.ts'
import type { EmotionWord, VoiceSample } from '../domain/voice-parts.ts'
import type { Ports } from './ports.ts'

/** What a recording is, and what comes of it. */
export interface Upload {
  voiceId: string
  emotion: EmotionWord
  text: string
  data: AsyncIterable<Uint8Array>
}

/**
 * Takes a recording in; it is the voice's only once it is decoded, measured and stored. Throws VOICE_NOT_FOUND,
 * VOICE_TRAINED, TOO_MANY_SAMPLES, and what the contract says of files.
 */
export const uploadSample =
  ({ voices, studio, clock, apart, read, troubled }: Ports) =>
  async (
    userId: string,
    sampleId: string,
    { voiceId, emotion, text, data }: Upload,
    signal: AbortSignal,
  ): Promise<{ sample: VoiceSample; count: number }> => {
    const said = plainText('text', text.trim())
    await read(async () => (await voices.getOwn(userId, voiceId)).mustTakeSamples())
    const key = { userId, voiceId, sampleId }
    const taken = await studio.takeIn(key, data, signal)
    const problems = problemsOf(taken.measured, taken.durationMs)
    const recordedAt = clock.now().toISOString()
    const sample: VoiceSample = { id: sampleId, emotion, text: said, ...taken, problems, recordedAt }
    try {
      const count = await apart('sample', async () => {
        const voice = await voices.getOwn(userId, voiceId)
        voice.addSample(sample)
        return voice.samples.length
      })
      return { sample, count }
    } catch (error) {
      await studio.removeSamples([key]).catch((trouble: unknown) => troubled('sample', sampleId, trouble))
      throw error
    }
  }
