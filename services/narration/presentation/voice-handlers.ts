import type { ServiceImpl } from '@connectrpc/connect'
import type { NarrationService, UploadVoiceSampleRequest } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { invalid } from '#shared/domain/errors.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { NarrationApp } from '../application/app.ts'
import type { NarratorVoice } from '../domain/voice.ts'
import { emotionOf, providerOf, toAudio, toSample, toVoice, type UrlOf } from './convert.ts'

const firstOf = async (messages: AsyncIterator<UploadVoiceSampleRequest>): Promise<UploadVoiceSampleRequest> => {
  const { done, value } = await messages.next()
  if (done || value.voiceId === '') throw invalid('voice_id', 'VOICE_ID_MISSING', 'must be set in the first message')
  return value
}

async function* dataOf(
  first: UploadVoiceSampleRequest,
  rest: AsyncIterator<UploadVoiceSampleRequest>,
): AsyncIterable<Uint8Array> {
  yield first.data
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value.data
}

/** Voices, and what they are made of. */
export const voiceHandlers = (app: NarrationApp, urlOf: UrlOf) => {
  const samplesOf = (voice: NarratorVoice) =>
    voice.samples.map((sample) => {
      const key = { userId: voice.userId, voiceId: voice.id, sampleId: sample.id }
      return toSample(sample, voice.isLocked, urlOf(app.sampleOf(key)))
    })
  return {
    createVoice: async ({ name, provider, stockVoice, language, rate, pitch, volume }, context) => {
      const draft = { name, provider: providerOf(provider), stockVoice, language, settings: { rate, pitch, volume } }
      return { voice: toVoice(await app.createVoice(caller(context), draft)) }
    },
    recordConsent: async ({ voiceId, speakerName, statement }, context) => ({
      voice: toVoice(await app.recordConsent(caller(context), voiceId, speakerName, statement)),
    }),
    uploadVoiceSample: async (messages, context) => {
      const userId = caller(context)
      const rest = messages[Symbol.asyncIterator]()
      const first = await firstOf(rest)
      const { voiceId, text } = first
      const upload = { voiceId, text, emotion: emotionOf(first.emotion), data: dataOf(first, rest) }
      const { sample, count } = await app.uploadSample(userId, uuidv7(), upload, context.signal)
      const url = urlOf(app.sampleOf({ userId, voiceId, sampleId: sample.id }))
      return { sample: toSample(sample, false, url), sampleCount: count }
    },
    deleteVoiceSample: async ({ voiceId, sampleId }, context) => {
      await app.deleteSample(caller(context), voiceId, sampleId)
      return {}
    },
    trainVoice: async ({ voiceId }, context) => ({
      voice: toVoice(await app.trainVoice(caller(context), voiceId)),
    }),
    listVoices: async (request, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listVoices(caller(context), page)
      return { voices: items.map((voice) => toVoice(voice)), nextPageToken }
    },
    getVoice: async ({ voiceId }, context) => {
      const voice = await app.getVoice(caller(context), voiceId)
      return { voice: toVoice(voice, samplesOf(voice)) }
    },
    deleteVoice: async ({ voiceId }, context) => {
      await app.deleteVoice(caller(context), voiceId)
      return {}
    },
    previewVoice: async ({ voiceId, text, emotion, payAgain }, context) => {
      const request = { text, emotion: emotionOf(emotion), payAgain }
      const sound = await app.previewVoice(caller(context), voiceId, request, context.signal)
      return { audio: toAudio(urlOf, sound) }
    },
    setPronunciation: async ({ word, language, phonemes, respelling }, context) => {
      await app.setPronunciation(caller(context), { word, language, phonemes, respelling })
      return {}
    },
    listPronunciations: async (request, context) => {
      const page = { size: pageSize(request.pageSize, 100, 200), token: request.pageToken }
      const { items, nextPageToken } = await app.listPronunciations(caller(context), page)
      const shown = ({ word, language, phonemes, respelling }: (typeof items)[number]) => ({
        word,
        language,
        phonemes,
        respelling,
      })
      return { pronunciations: items.map(shown), nextPageToken }
    },
  } satisfies Partial<ServiceImpl<typeof NarrationService>>
}
