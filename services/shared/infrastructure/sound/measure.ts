import type { Measures, Span } from '#shared/domain/recording.ts'
import { frameMs, levelsOf, percentile, soundingOf } from './frames.ts'
import { loudnessOf } from './loudness.ts'
import { melodyOf } from './pitch.ts'

const dipDb = 2
const smoothFrames = 4

/**
 * Syllables by the peaks of the level that have a dip of 2 dB before the next one (de Jong and Wempe, "Praat script to
 * detect syllable nuclei", 2009).
 */
const syllablesOf = (levels: Float32Array): number => {
  const smooth = levels.map((_, at) => {
    const around = levels.subarray(Math.max(0, at - smoothFrames), at + smoothFrames + 1)
    return around.reduce((sum, level) => sum + level, 0) / around.length
  })
  const floor = percentile(smooth, 0.95) - 20
  let [count, isRising, turn] = [0, true, Number.NEGATIVE_INFINITY]
  for (const level of smooth) {
    if (isRising ? level > turn : level < turn) turn = level
    else if (isRising ? level < turn - dipDb : level > turn + dipDb) {
      if (isRising && turn > floor) count += 1
      isRising = !isRising
      turn = level
    }
  }
  return count
}

const powerDb = (levels: readonly number[]): number =>
  10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / levels.length)

const most = { ratioDb: 60 } as const

/** What a recording is like, and where somebody speaks in it. */
export const measure = (samples: Float32Array, rate: number): { measures: Measures; sounding: Span[] } => {
  const levels = levelsOf(samples, rate)
  const sounding = soundingOf(levels)
  const spoken = sounding.flatMap(({ startMs, endMs }) => [...levels.subarray(startMs / frameMs, endMs / frameMs)])
  const seconds = (spoken.length * frameMs) / 1000
  const melody = melodyOf(samples, rate)
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => (melody.length > 0 ? percentile(melody, share) : 0)) as [
    number,
    number,
    number,
  ]
  const clipped = samples.reduce((count, value) => count + (Math.abs(value) >= 0.999 ? 1 : 0), 0) / samples.length
  return {
    sounding,
    measures: {
      pitchHz: middle,
      rangeSemitones: low > 0 ? 12 * Math.log2(high / low) : 0,
      tempo: seconds > 0 ? syllablesOf(levels) / seconds : 0,
      signalToNoiseDb: spoken.length > 0 ? Math.min(most.ratioDb, powerDb(spoken) - percentile(levels, 0.05)) : 0,
      loudnessLufs: loudnessOf(samples, rate),
      clipped,
    },
  }
}
