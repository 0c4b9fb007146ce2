import type { Captions } from './film.ts'

export const providerNames = ['embedded', 'runway', 'luma', 'pika'] as const
export type ProviderName = (typeof providerNames)[number]
/** Those who make clips, and are paid for each. */
export type VendorName = Exclude<ProviderName, 'embedded'>

export type JobStatus = 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled' | 'unknown'

/** How a film is made. */
export interface Configuration {
  /** Empty for whoever can do it, is well and costs least. */
  provider: ProviderName | ''
  captions: Captions
  style: string
  maxClips: number
  /** In millionths of a US dollar; 0 for no limit. */
  maxCostMicros: number
}

const usualClips = 8

/** What a film is made like where nobody says. */
export const usual: Configuration = {
  provider: '',
  captions: 'burnt',
  style: '',
  maxClips: usualClips,
  maxCostMicros: 0,
}

/** A configuration with what was left out. */
export const configured = (wanted: Configuration): Configuration => ({
  ...wanted,
  style: wanted.style.trim().replace(/\s+/g, ' '),
  maxClips: wanted.maxClips || usualClips,
})

/** What a film is made of: a story as it was last told. */
export interface Telling {
  storyId: string
  userId: string
  narrationId: string
  /** Changes with what is heard. */
  soundBlob: string
  soundMs: number
  storyVersion: number
  contentHash: string
}

/** A film as it is kept. */
export interface MadeFilm {
  /** Blobs. */
  video: string
  thumbnail: string
  durationMs: number
  width: number
  height: number
  size: number
  captions: Captions
}

/** What one try of a job goes by. */
export interface Run {
  id: string
  usageKey: string
  estimatedCostMicros: number
}

/** Equal for films that are alike: of the same text and sound, made in the same way. What it may cost makes no other. */
export const identityOf = (
  { contentHash, soundBlob }: Pick<Telling, 'contentHash' | 'soundBlob'>,
  { provider, captions, style, maxClips }: Configuration,
): string => {
  const clips = provider === 'embedded' ? 0 : maxClips
  return JSON.stringify([contentHash, soundBlob, provider, captions, style, clips])
}
