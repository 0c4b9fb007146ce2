import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import type { Measures } from '#shared/domain/recording.ts'
import { StoryNarration } from '../domain/narration.ts'
import type { NarrationStatus, Told, VoiceMap } from '../domain/narration-parts.ts'
import type { EngineName } from '../domain/speech.ts'
import type { Chapter } from '../domain/timing.ts'
import { NarratorVoice } from '../domain/voice.ts'
import type { Consent, VoiceSample, VoiceSettings, VoiceStatus } from '../domain/voice-parts.ts'

const time = () => p.datetime().columnType('timestamptz')

const VoiceSchema = defineEntity({
  class: NarratorVoice,
  tableName: 'voices',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    name: p.text(),
    provider: p.text().$type<EngineName>(),
    stockVoice: p.text(),
    language: p.text(),
    settings: p.json<VoiceSettings>(),
    status: p.text().$type<VoiceStatus>(),
    samples: p.json<VoiceSample[]>(),
    consent: p.json<Consent>().nullable(),
    profile: p.json<Measures>().nullable(),
    quality: p.double(),
    qualityReasons: p.json<string[]>(),
    failureReason: p.text(),
    clonedAs: p.text(),
    usageKey: p.text(),
    createdAt: time(),
    revision: p.integer().version(),
  },
})

const NarrationSchema = defineEntity({
  class: StoryNarration,
  tableName: 'narrations',
  properties: {
    id: p.uuid().primary(),
    storyId: p.uuid(),
    userId: p.uuid(),
    status: p.text().$type<NarrationStatus>(),
    voiceMap: p.json<VoiceMap>(),
    castIds: p.json<string[]>(),
    title: p.text(),
    language: p.text(),
    storyVersion: p.integer(),
    contentHash: p.text(),
    runId: p.text(),
    segmentsTotal: p.integer(),
    paidCharacters: p.integer(),
    costMicros: p.integer(),
    usageKey: p.text(),
    publishingId: p.text(),
    stale: p.boolean(),
    failureReason: p.text(),
    sound: p.json<Told>().nullable(),
    chapters: p.json<Chapter[]>(),
    createdAt: time(),
    updatedAt: time(),
    completedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

export const entities = [VoiceSchema, NarrationSchema] as unknown as readonly EntitySchema[]
