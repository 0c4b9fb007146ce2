import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type NarrationAudioSchema,
  type NarrationProgressSchema,
  type NarrationSegmentSchema,
  NarrationSegmentStatus,
  NarrationStage,
  NarrationStatus,
  type StoryNarrationSchema,
  type VoiceMapSchema,
} from '#gen/troupe/narration/v1/narration_pb.ts'
import {
  type NarratorVoiceSchema,
  type VoiceProfileSchema,
  type VoiceSampleSchema,
  VoiceStatus,
} from '#gen/troupe/narration/v1/voice_pb.ts'
import type { Measures } from '#shared/domain/recording.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { NarrationView } from '../application/narrations.ts'
import type { SegmentView } from '../application/segment-ports.ts'
import type { Sound, VoiceMap } from '../domain/narration-parts.ts'
import type { EngineName } from '../domain/speech.ts'
import type { NarratorVoice } from '../domain/voice.ts'
import { type EmotionWord, emotionWords, providerNumbers, type VoiceSample } from '../domain/voice-parts.ts'

/** Where people hear what a blob holds. */
export type UrlOf = (blob: string) => string

const voiceStatuses = {
  pending: VoiceStatus.PENDING,
  collecting: VoiceStatus.COLLECTING,
  training: VoiceStatus.TRAINING,
  ready: VoiceStatus.READY,
  failed: VoiceStatus.FAILED,
}

const statuses = {
  pending: NarrationStatus.PENDING,
  processing: NarrationStatus.PROCESSING,
  completed: NarrationStatus.COMPLETED,
  failed: NarrationStatus.FAILED,
}

const segmentStatuses = {
  pending: NarrationSegmentStatus.PENDING,
  done: NarrationSegmentStatus.DONE,
  failed: NarrationSegmentStatus.FAILED,
  unknown: NarrationSegmentStatus.UNKNOWN,
}

/** The domain's word for a value of an enum; undefined for UNSPECIFIED. */
const wordFor =
  <Word extends string>(words: Record<Word, number>) =>
  (value: number): Word | undefined =>
    (Object.keys(words) as Word[]).find((word) => words[word] === value)

export const emotionOf = (value: number): EmotionWord => wordFor(emotionWords)(value) ?? 'neutral'
export const providerOf = (value: number): EngineName => wordFor(providerNumbers)(value) ?? 'embedded'

const toProfile = (measured: Measures): MessageInitShape<typeof VoiceProfileSchema> => ({
  pitchHz: measured.pitchHz,
  rangeSemitones: measured.rangeSemitones,
  tempo: measured.tempo,
  signalToNoiseDb: measured.signalToNoiseDb,
  loudnessLufs: measured.loudnessLufs,
})

export const toSample = (
  { emotion, measured, recordedAt, ...sample }: VoiceSample,
  locked: boolean,
  url: string,
): MessageInitShape<typeof VoiceSampleSchema> => ({
  ...sample,
  size: BigInt(sample.size),
  emotion: emotionWords[emotion],
  locked,
  url,
  measured: toProfile(measured),
  recordedAt: timestamp(new Date(recordedAt)),
})

/** `samples` are left out where they are not asked for. */
export const toVoice = (
  voice: NarratorVoice,
  samples: MessageInitShape<typeof VoiceSampleSchema>[] = [],
): MessageInitShape<typeof NarratorVoiceSchema> => ({
  samples,
  id: voice.id,
  name: voice.name,
  provider: providerNumbers[voice.provider],
  status: voiceStatuses[voice.status],
  stockVoice: voice.stockVoice,
  language: voice.language,
  settings: voice.settings,
  quality: voice.quality,
  qualityReasons: voice.qualityReasons,
  ...(voice.profile ? { profile: toProfile(voice.profile) } : {}),
  ...(voice.consent ? { consentAt: timestamp(new Date(voice.consent.at)) } : {}),
  failureReason: voice.failureReason,
  createdAt: timestamp(voice.createdAt),
})

export const toAudio = (
  urlOf: UrlOf,
  { mp3, opus, durationMs }: Sound,
): MessageInitShape<typeof NarrationAudioSchema> => ({
  mp3Url: urlOf(mp3),
  opusUrl: urlOf(opus),
  durationMs,
})

const toVoiceMap = ({ narratorVoiceId, characterVoiceIds }: VoiceMap): MessageInitShape<typeof VoiceMapSchema> => ({
  narratorVoiceId,
  characterVoiceIds,
})

/** Speaking is nine tenths of the way, joining the last one. */
const speakingShare = 90

export const toProgress = ({
  narration,
  progress,
}: NarrationView): MessageInitShape<typeof NarrationProgressSchema> => {
  const { status, segmentsTotal } = narration
  const { done, joined } = progress
  const isDone = status === 'completed'
  const isSaid = done >= segmentsTotal
  const percent = speakingShare * (segmentsTotal > 0 ? done / segmentsTotal : 0) + (100 - speakingShare) * joined
  const running = status === 'pending' ? NarrationStage.WAITING : NarrationStage.SPEAKING
  return {
    segmentsDone: done,
    segmentsTotal,
    percent: isDone ? 100 : Math.min(99.9, percent),
    stage: isDone ? NarrationStage.DONE : isSaid && status === 'processing' ? NarrationStage.JOINING : running,
  }
}

export const toStatus = (status: keyof typeof statuses): NarrationStatus => statuses[status]

export const toNarration = (urlOf: UrlOf, view: NarrationView): MessageInitShape<typeof StoryNarrationSchema> => {
  const { narration } = view
  return {
    id: narration.id,
    storyId: narration.storyId,
    userId: narration.userId,
    status: statuses[narration.status],
    voiceMap: toVoiceMap(narration.voiceMap),
    language: narration.language,
    storyVersion: narration.storyVersion,
    contentHash: narration.contentHash,
    progress: toProgress(view),
    stale: narration.stale,
    failureReason: narration.failureReason,
    paidCharacters: BigInt(narration.paidCharacters),
    estimatedCostMicros: BigInt(narration.costMicros),
    ...(narration.sound ? { audio: toAudio(urlOf, narration.sound) } : {}),
    chapters: narration.chapters,
    createdAt: timestamp(narration.createdAt),
    updatedAt: timestamp(narration.updatedAt),
    ...(narration.completedAt ? { completedAt: timestamp(narration.completedAt) } : {}),
  }
}

export const toSegment = (
  { status, durationMs, key: _, encoded, ...segment }: SegmentView,
  audio: MessageInitShape<typeof NarrationAudioSchema> | undefined,
): MessageInitShape<typeof NarrationSegmentSchema> => ({
  ...segment,
  status: segmentStatuses[status],
  ...(audio && status === 'done' && encoded ? { audio: { ...audio, durationMs } } : {}),
})
