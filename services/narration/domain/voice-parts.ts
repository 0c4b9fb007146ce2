import type { VoiceEmotion, VoiceProvider } from '#gen/troupe/narration/v1/voice_pb.ts'
import type { Measures } from '#shared/domain/recording.ts'
import type { EngineName } from './speech.ts'

export type VoiceStatus = 'pending' | 'collecting' | 'training' | 'ready' | 'failed'

export const emotionWords = {
  neutral: 1,
  joy: 2,
  sadness: 3,
  anger: 4,
  fear: 5,
  surprise: 6,
  love: 7,
  disgust: 8,
  calm: 9,
} as const satisfies Record<string, VoiceEmotion>
export type EmotionWord = keyof typeof emotionWords

export const providerNumbers: Readonly<Record<EngineName, VoiceProvider>> = { embedded: 1, openai: 2, elevenlabs: 3 }

export interface VoiceSettings {
  rate: number
  pitch: number
  volume: number
}

/** What a speaker agreed to. */
export interface Consent {
  speakerName: string
  statement: string
  at: string
}

export interface VoiceSample {
  id: string
  emotion: EmotionWord
  text: string
  durationMs: number
  size: number
  measured: Measures
  problems: string[]
  recordedAt: string
}

export interface VoiceInit {
  id: string
  userId: string
  name: string
  provider: EngineName
  /** Empty for a voice to be trained. */
  stockVoice: string
  language: string
  settings: VoiceSettings
}

/** What training needs; spec of narration. */
export const fewest = { samples: 5, emotions: 3 } as const
export const mostSamples = 50
