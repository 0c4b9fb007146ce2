import type { Page, Paged } from '#shared/application/paged.ts'
import { invalid, precondition } from '#shared/domain/errors.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import { NarratorVoice } from '../domain/voice.ts'
import type { VoiceInit } from '../domain/voice-parts.ts'
import type { Ports } from './ports.ts'

const mostVoices = 100

/**
 * Begins a voice. Throws UNKNOWN_STOCK_VOICE, INVALID_LANGUAGE, PROVIDER_NOT_CONFIGURED, PROVIDER_CANNOT_CLONE,
 * TOO_MANY_VOICES.
 */
export const createVoice =
  ({ voices, engines, ids, clock }: Ports) =>
  async (userId: string, draft: Omit<VoiceInit, 'id' | 'userId'>): Promise<NarratorVoice> => {
    const engine = engines.get(draft.provider)
    const { stockVoice } = draft
    if (stockVoice !== '' && !engine.stock.includes(stockVoice))
      throw invalid('stock_voice', 'UNKNOWN_STOCK_VOICE', `must be one of ${engine.stock.join(', ')}`)
    if (stockVoice === '' && engine.isPaid && !engine.clone)
      throw precondition('PROVIDER_CANNOT_CLONE', 'this provider has no voices but its own; choose one of them')
    if ((await voices.count(userId)) >= mostVoices)
      throw precondition('TOO_MANY_VOICES', `there may be ${mostVoices} voices at a time`)
    const language = draft.language === '' ? '' : languageTag(draft.language)
    const name = plainText('name', draft.name.trim())
    const voice = new NarratorVoice({ ...draft, name, language, id: ids.next(), userId }, clock.now())
    voices.add(voice)
    return voice
  }

/** Throws VOICE_NOT_FOUND, VOICE_TRAINED. */
export const recordConsent =
  ({ voices, clock }: Ports) =>
  async (userId: string, voiceId: string, speakerName: string, statement: string): Promise<NarratorVoice> => {
    const voice = await voices.getOwn(userId, voiceId)
    const words = { speakerName: plainText('speaker_name', speakerName), statement: plainText('statement', statement) }
    voice.recordConsent({ ...words, at: clock.now().toISOString() })
    return voice
  }

export const getVoice =
  ({ voices }: Ports) =>
  (userId: string, voiceId: string): Promise<NarratorVoice> =>
    voices.getOwn(userId, voiceId)

export const listVoices =
  ({ voices }: Ports) =>
  (userId: string, page: Page): Promise<Paged<NarratorVoice>> =>
    voices.list(userId, page)

/** Throws VOICE_NOT_FOUND, SAMPLE_NOT_FOUND, SAMPLE_LOCKED. */
export const deleteSample =
  ({ voices, studio, afterCommit, troubled }: Ports) =>
  async (userId: string, voiceId: string, sampleId: string): Promise<void> => {
    const voice = await voices.getOwn(userId, voiceId)
    voice.removeSample(sampleId)
    afterCommit(() => {
      // What is left because of a crash here is swept.
      studio
        .removeSamples([{ userId, voiceId, sampleId }])
        .catch((error: unknown) => troubled('old sample', sampleId, error))
    })
  }

/** Removes a voice, at its provider, too, and what it was made of. Throws VOICE_NOT_FOUND, VOICE_TRAINING. */
export const deleteVoice =
  ({ voices, engines, studio, afterCommit, troubled }: Ports) =>
  async (userId: string, voiceId: string): Promise<void> => {
    const voice = await voices.getOwn(userId, voiceId)
    voice.delete()
    if (voice.clonedAs !== '') {
      const engine = engines.get(voice.provider)
      await engine.removeClone?.(voice.clonedAs, new AbortController().signal)
    }
    voices.remove(voice)
    const keys = voice.samples.map(({ id: sampleId }) => ({ userId, voiceId, sampleId }))
    afterCommit(() => {
      studio.removeSamples(keys).catch((error: unknown) => troubled('old samples', voiceId, error))
    })
  }
