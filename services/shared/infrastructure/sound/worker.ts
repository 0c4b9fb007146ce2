import type { Measures, Span } from '#shared/domain/recording.ts'
import { levelsOf, soundingOf } from './frames.ts'
import { limited, trimmed } from './level.ts'
import { loudnessOf } from './loudness.ts'
import { measure } from './measure.ts'
import { sampleRate, toFloats, toPcm } from './pcm.ts'
import { resample } from './resample.ts'

/** The loudness of the joined sound; every part comes near it by itself. */
export const targetLufs = -16

export interface PrepareJob {
  pcm: Uint8Array
  sampleRate: number
  /** Louder or softer than all others, in dB. */
  volume: number
}

export interface Prepared {
  pcm: Uint8Array
  durationMs: number
  /** How much was cut off at the beginning. */
  cutMs: number
  sounding: Span[]
}

const msOf = (samples: Float32Array): number => Math.round((samples.length * 1000) / sampleRate)

/** Brings speech to the common rate and loudness, without the silence around it; undefined where nothing is heard. */
export const prepare = (job: PrepareJob): Prepared | undefined => {
  const samples = resample(toFloats(job.pcm), job.sampleRate, sampleRate)
  const kept = trimmed(samples, sampleRate, soundingOf(levelsOf(samples, sampleRate)))
  if (!kept) return undefined
  const gain = 10 ** ((targetLufs + job.volume - loudnessOf(kept.samples, sampleRate)) / 20)
  const levelled = limited(
    kept.samples.map((value) => value * gain),
    sampleRate,
  )
  // Whole milliseconds, so that what is joined is as long as it is said to be.
  const whole = levelled.subarray(0, (Math.floor((levelled.length * 1000) / sampleRate) * sampleRate) / 1000)
  return { pcm: toPcm(whole), durationMs: msOf(whole), cutMs: kept.cutMs, sounding: kept.sounding }
}

export interface Taken {
  pcm: Uint8Array
  durationMs: number
  /** How much of it is speech. */
  soundingMs: number
  /** Where somebody speaks in it. */
  sounding: Span[]
  measures: Measures
}

/** A recording as it was decoded. */
export interface TakeJob {
  pcm: Uint8Array
  sampleRate: number
  /** By turns. */
  channels: number
}

const mixed = (samples: Float32Array, channels: number): Float32Array => {
  if (channels === 1) return samples
  return Float32Array.from({ length: samples.length / channels }, (_, at) => {
    let sum = 0
    for (let one = 0; one < channels; one += 1) sum += samples[at * channels + one] as number
    return sum / channels
  })
}

/** Brings a recording to the common rate, cuts and measures it; undefined where nothing is heard. */
export const take = ({ pcm, sampleRate: rate, channels }: TakeJob): Taken | undefined => {
  const samples = resample(mixed(toFloats(pcm), channels), rate, sampleRate)
  const { measures, sounding } = measure(samples, sampleRate)
  const kept = trimmed(samples, sampleRate, sounding)
  if (!kept) return undefined
  const soundingMs = sounding.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  const durationMs = msOf(kept.samples)
  return { pcm: toPcm(kept.samples), durationMs, soundingMs, sounding: kept.sounding, measures }
}
