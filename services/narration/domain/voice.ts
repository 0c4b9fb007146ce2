import {
  VoiceClonedSchema,
  VoiceDeletedSchema,
  VoicePreviewedSchema,
  VoiceProfileTrainedSchema,
  VoiceSampleRecordedSchema,
} from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import type { Measures } from '#shared/domain/recording.ts'
import { type Delivery, neutral } from './delivery.ts'
import { embeddedLikeness, profileOf, qualityOf } from './profile.ts'
import type { CastVoice, EngineName } from './speech.ts'
import {
  type Consent,
  emotionWords,
  fewest,
  mostSamples,
  providerNumbers,
  type VoiceInit,
  type VoiceSample,
  type VoiceSettings,
  type VoiceStatus,
} from './voice-parts.ts'

export const voiceNotFound = () => notFound('VOICE_NOT_FOUND', 'there is no such voice')
const trained = () => precondition('VOICE_TRAINED', 'the voice is trained; begin a new one')

/** A voice that stories are told with, and what it is trained with. */
export class NarratorVoice extends Aggregate {
  readonly id: string
  readonly userId: string
  readonly createdAt: Date
  name: string
  provider: EngineName
  stockVoice: string
  language: string
  settings: VoiceSettings
  status: VoiceStatus
  samples: VoiceSample[] = []
  consent: Consent | undefined
  profile: Measures | undefined
  quality = 0
  qualityReasons: string[] = []
  failureReason = ''
  /** What the voice is called where it was cloned; empty elsewhere. */
  clonedAs = ''
  /** The usage reservation that it takes up; empty for a stock voice. */
  usageKey = ''

  constructor(init: VoiceInit, now: Date) {
    super()
    this.id = init.id
    this.userId = init.userId
    this.createdAt = now
    this.name = init.name
    this.provider = init.provider
    this.stockVoice = init.stockVoice
    this.language = init.language
    this.settings = init.settings
    this.status = init.stockVoice === '' ? 'pending' : 'ready'
  }

  private mustNotBeTrained(): void {
    if (this.status === 'training' || this.status === 'ready') throw trained()
  }

  recordConsent(consent: Consent): void {
    this.mustNotBeTrained()
    this.consent = consent
  }

  /** Throws VOICE_TRAINED, TOO_MANY_SAMPLES when no sample can come. */
  mustTakeSamples(): void {
    this.mustNotBeTrained()
    if (this.samples.length >= mostSamples)
      throw precondition('TOO_MANY_SAMPLES', `a voice has at most ${mostSamples} samples`)
  }

  addSample(sample: VoiceSample): void {
    if (this.samples.some(({ id }) => id === sample.id)) return
    this.mustTakeSamples()
    this.samples = [...this.samples, sample]
    this.status = 'collecting'
    this.record(VoiceSampleRecordedSchema, {
      voiceId: this.id,
      userId: this.userId,
      sampleId: sample.id,
      emotion: emotionWords[sample.emotion],
      durationMs: sample.durationMs,
      sampleCount: this.samples.length,
    })
  }

  /** Whether its samples belong to a training. */
  get isLocked(): boolean {
    return this.status === 'training' || this.status === 'ready'
  }

  removeSample(id: string): void {
    if (!this.samples.some((sample) => sample.id === id)) throw notFound('SAMPLE_NOT_FOUND', 'there is no such sample')
    if (this.isLocked) throw precondition('SAMPLE_LOCKED', 'the voice was made of this sample')
    this.samples = this.samples.filter((sample) => sample.id !== id)
    if (this.samples.length === 0) this.status = 'pending'
  }

  /** Throws TOO_FEW_SAMPLES, TOO_FEW_EMOTIONS, CONSENT_MISSING, VOICE_TRAINED when it cannot be trained. */
  mustBeTrainable(): void {
    this.mustNotBeTrained()
    const emotions = new Set(this.samples.map(({ emotion }) => emotion)).size
    if (this.samples.length < fewest.samples)
      throw precondition(
        'TOO_FEW_SAMPLES',
        `training needs ${fewest.samples} samples; there are ${this.samples.length}`,
      )
    if (emotions < fewest.emotions)
      throw precondition('TOO_FEW_EMOTIONS', `training needs ${fewest.emotions} emotions; there are ${emotions}`)
    if (!this.consent) throw precondition('CONSENT_MISSING', 'the speaker has not agreed yet; record their consent')
  }

  /** Locks the samples; what becomes of it, `finishTraining` and `failTraining` say. */
  train(usageKey: string): void {
    this.mustBeTrainable()
    this.status = 'training'
    this.usageKey = usageKey
    this.failureReason = ''
  }

  finishTraining(clonedAs: string): void {
    if (this.status !== 'training') return
    const { quality, reasons } = qualityOf(this.samples)
    this.profile = profileOf(this.samples.map(({ measured }) => measured))
    this.quality = quality
    this.qualityReasons = reasons
    this.clonedAs = clonedAs
    this.status = 'ready'
    const own = { voiceId: this.id, userId: this.userId }
    this.record(VoiceProfileTrainedSchema, { ...own, quality, sampleCount: this.samples.length })
    this.record(VoiceClonedSchema, { ...own, provider: providerNumbers[this.provider], usageKey: this.usageKey })
  }

  /** Unlocks the samples; `usageKey` of the failed training gives back what it took. */
  failTraining(reason: string): void {
    if (this.status !== 'training') return
    this.status = 'failed'
    this.failureReason = reason
    this.usageKey = ''
  }

  previewed(usageKey: string, paidThousands: number): void {
    this.record(VoicePreviewedSchema, { voiceId: this.id, userId: this.userId, usageKey, paidThousands })
  }

  delete(): void {
    if (this.status === 'training') throw precondition('VOICE_TRAINING', 'the voice is being trained; wait for its end')
    this.record(VoiceDeletedSchema, { voiceId: this.id, userId: this.userId, usageKey: this.usageKey })
  }

  /** What an engine is to speak with. Throws VOICE_NOT_READY. `models` are the engines' present ones. */
  toBeCast(models: Readonly<Record<EngineName, string>>): CastVoice {
    if (this.status !== 'ready') throw precondition('VOICE_NOT_READY', `the voice ${this.name} is not ready`)
    const { rate, pitch, volume } = this.settings
    const own: Delivery = { ...neutral, rate: rate || 1, pitch, volume }
    const cast = { engine: this.provider, model: models[this.provider], language: this.language }
    if (this.stockVoice !== '') return { ...cast, voice: this.stockVoice, delivery: own }
    if (this.clonedAs !== '') return { ...cast, voice: this.clonedAs, delivery: own }
    const { voice, delivery } = embeddedLikeness(this.profile ?? profileOf(this.samples.map((each) => each.measured)))
    const moved = { ...delivery, rate: delivery.rate * own.rate, pitch: delivery.pitch + own.pitch, volume }
    return { ...cast, voice, delivery: moved }
  }
}
