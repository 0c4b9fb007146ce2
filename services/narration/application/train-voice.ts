import { type CloneSample, SpeechError } from '../domain/engine.ts'
import type { NarratorVoice } from '../domain/voice.ts'
import type { Ports } from './ports.ts'

const mostAttempts = 8

/**
 * Begins to make a voice of its samples. Throws VOICE_NOT_FOUND, TOO_FEW_SAMPLES, TOO_FEW_EMOTIONS, CONSENT_MISSING,
 * VOICE_TRAINED, LIMIT_REACHED.
 */
export const trainVoice =
  ({ voices, quota, work, ids, afterCommit, wakeWork }: Ports) =>
  async (userId: string, voiceId: string): Promise<NarratorVoice> => {
    const voice = await voices.getOwn(userId, voiceId)
    voice.mustBeTrainable()
    const usageKey = ids.next()
    await quota.reserveVoice(userId, usageKey)
    voice.train(usageKey)
    work.begin(voiceId, 'voice')
    afterCommit(wakeWork)
    return voice
  }

/** Makes a voice that is to be trained; its samples were measured when they came. After a crash it is done again. */
export const runTraining = (ports: Ports) => {
  const { voices, engines, studio, quota, work, apart, read, troubled } = ports

  const clonedAs = async (voice: NarratorVoice, signal: AbortSignal): Promise<string> => {
    const engine = engines.get(voice.provider)
    if (!engine.clone) return ''
    const samples = async function* (): AsyncIterable<CloneSample> {
      for (const { id: sampleId } of voice.samples)
        yield {
          name: `${sampleId}.wav`,
          wav: await studio.sample({ userId: voice.userId, voiceId: voice.id, sampleId }),
        }
    }
    return engine.clone(voice.id, samples, signal)
  }

  const fail = async (id: string, reason: string): Promise<void> => {
    const usageKey = await apart('fail', async () => {
      const voice = await voices.find(id)
      const key = voice?.usageKey ?? ''
      voice?.failTraining(reason)
      work.end(id)
      return key
    })
    // What does not reach it lapses by itself.
    if (usageKey) await quota.releaseVoice(usageKey).catch((error: unknown) => troubled('quota', id, error))
  }

  return async (id: string, signal: AbortSignal): Promise<void> => {
    const voice = await read(() => voices.find(id))
    if (voice?.status !== 'training') return apart('idle', async () => work.end(id))
    try {
      const name = await clonedAs(voice, signal)
      const isThere = await apart('trained', async () => {
        const present = await voices.find(id)
        present?.finishTraining(name)
        work.end(id)
        return present !== undefined
      })
      // It was erased while it was made.
      if (!isThere && name !== '') await engines.get(voice.provider).removeClone?.(name, signal)
    } catch (error) {
      if (signal.aborted) return work.handOver(id)
      if (error instanceof SpeechError && error.failure === 'refused') return fail(id, error.reason)
      troubled('training', id, error)
      const wait = error instanceof SpeechError ? error.retryAfterMs : undefined
      const attempts = await work.putOff(id, wait ?? 2000)
      if (attempts >= mostAttempts) await fail(id, 'PROVIDER_UNAVAILABLE')
    }
  }
}
