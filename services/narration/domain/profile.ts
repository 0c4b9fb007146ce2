import { least, type Measures, mostClipped } from '#shared/domain/recording.ts'
import { type Delivery, neutral } from './delivery.ts'

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [a = 0, b = a] = sorted.length % 2 === 1 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1)
  return (a + b) / 2
}

/** What samples have in common: the middle of what was measured of each. */
export const profileOf = (all: readonly Measures[]): Measures => {
  const voiced = all.filter(({ pitchHz }) => pitchHz > 0)
  const of = (pick: (measures: Measures) => number, from = all) => median(from.map(pick))
  return {
    pitchHz: of(({ pitchHz }) => pitchHz, voiced),
    rangeSemitones: of(({ rangeSemitones }) => rangeSemitones, voiced),
    tempo: of(({ tempo }) => tempo),
    signalToNoiseDb: of(({ signalToNoiseDb }) => signalToNoiseDb),
    loudnessLufs: of(({ loudnessLufs }) => loudnessLufs),
    clipped: of(({ clipped }) => clipped),
  }
}

interface Sampled {
  emotion: string
  durationMs: number
  measured: Measures
}

const share = (value: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)))

/**
 * How good a voice of these samples can be, 0–1, and why: 40 % how clean they are, 20 % how well they are levelled, 25 %
 * how much there is (a minute is enough), 15 % how many emotions (six are).
 */
export const qualityOf = (samples: readonly Sampled[]): { quality: number; reasons: string[] } => {
  const count = samples.length
  const clean = samples.reduce((sum, { measured }) => sum + share(measured.signalToNoiseDb, 5, 35), 0) / count
  const level = ({ measured: { loudnessLufs, clipped } }: Sampled) =>
    share(loudnessLufs, -45, -25) * (1 - share(clipped, 0, 0.02))
  const levelled = samples.reduce((sum, sample) => sum + level(sample), 0) / count
  const seconds = samples.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  const emotions = new Set(samples.map(({ emotion }) => emotion)).size
  const parts = 0.4 * clean + 0.2 * levelled + 0.25 * share(seconds, 0, 60) + 0.15 * share(emotions, 0, 6)
  const several = (words: string, has: (sample: Sampled) => boolean): string[] => {
    const found = samples.filter(has).length
    return found === 0 ? [] : [`${found} of ${count} samples ${found === 1 ? 'is' : 'are'} ${words}`]
  }
  const reasons = [
    ...several('noisy', ({ measured }) => measured.signalToNoiseDb < least.signalToNoiseDb),
    ...several('faint', ({ measured }) => measured.loudnessLufs < least.loudnessLufs),
    ...several('too loud for the recorder', ({ measured }) => measured.clipped > mostClipped),
    ...several('without a voice that can be measured', ({ measured }) => measured.pitchHz === 0),
    `${seconds.toFixed(0)} seconds of speech${seconds < 60 ? '; a minute would be better' : ''}`,
    `${emotions} emotions${emotions < 6 ? '; six would be better' : ''}`,
  ]
  return { quality: Math.round(parts * 1000) / 1000, reasons }
}

/** How an embedded stock voice speaks by itself. */
const usual = { male: 103, female: 190, rangeSemitones: 4, tempo: 4.7 } as const

/**
 * The embedded voice that comes near to a speaker: the male or female one by what is nearer, and how far its height,
 * melody and pace are to be moved. It is no likeness.
 */
export const embeddedLikeness = (profile: Measures): { voice: string; delivery: Delivery } => {
  const { pitchHz, rangeSemitones, tempo } = profile
  const border = Math.sqrt(usual.male * usual.female)
  const isFemale = pitchHz > border
  const from = isFemale ? usual.female : usual.male
  const bounded = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
  return {
    voice: isFemale ? 'f2' : 'm3',
    delivery: {
      ...neutral,
      pitch: pitchHz > 0 ? bounded(12 * Math.log2(pitchHz / from), -10, 10) : 0,
      range: rangeSemitones > 0 ? bounded(rangeSemitones / usual.rangeSemitones, 0.4, 2) : 1,
      rate: tempo > 0 ? bounded(tempo / usual.tempo, 0.6, 1.6) : 1,
    },
  }
}
