import type { Measures } from '../../domain/profile.ts'
import type { Span } from '../../domain/timing.ts'
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
  measures: Measures
}

/** Cuts and measures a recording at the common rate; undefined where nothing is heard. */
export const take = ({ pcm }: { pcm: Uint8Array }): Taken | undefined => {
  const samples = toFloats(pcm)
  const { measures, sounding } = measure(samples, sampleRate)
  const kept = trimmed(samples, sampleRate, sounding)
  if (!kept) return undefined
  const soundingMs = sounding.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  return { pcm: toPcm(kept.samples), durationMs: msOf(kept.samples), soundingMs, measures }
}
