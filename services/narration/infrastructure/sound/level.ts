import type { Span } from '../../domain/timing.ts'

/** Peaks above are too high for players. */
export const ceiling = 10 ** (-1.5 / 20)

/** Keeps peaks below −1.5 dB: the sound around each becomes softer for some milliseconds, and nothing is cut off. */
export const limited = (samples: Float32Array, rate: number): Float32Array => {
  if (samples.every((value) => Math.abs(value) <= ceiling)) return samples
  const block = Math.round(0.002 * rate)
  const needed = Array.from({ length: Math.ceil(samples.length / block) }, (_, place) => {
    let peak = 0
    for (const value of samples.subarray(place * block, (place + 1) * block)) peak = Math.max(peak, Math.abs(value))
    return peak > ceiling ? ceiling / peak : 1
  })
  const around = (place: number): number => Math.min(...needed.slice(Math.max(0, place - 3), place + 4))
  const gains = needed.map((_, place) => around(place))
  return samples.map((value, at) => {
    const [place, within] = [Math.floor(at / block), (at % block) / block]
    const here = gains[place] as number
    const gain = here + ((gains[place + 1] ?? here) - here) * within
    return Math.max(-ceiling, Math.min(ceiling, value * gain))
  })
}

const leadMs = 20
const tailMs = 60

/** What is left when silence is cut off at both ends; undefined where nothing is heard. */
export const trimmed = (
  samples: Float32Array,
  rate: number,
  sounding: readonly Span[],
): { samples: Float32Array; cutMs: number; sounding: Span[] } | undefined => {
  const [first, last] = [sounding[0], sounding.at(-1)]
  if (!first || !last) return undefined
  const cutMs = Math.max(0, first.startMs - leadMs)
  const end = Math.min(samples.length, Math.round(((last.endMs + tailMs) * rate) / 1000))
  return {
    samples: samples.slice(Math.round((cutMs * rate) / 1000), end),
    cutMs,
    sounding: sounding.map(({ startMs, endMs }) => ({ startMs: startMs - cutMs, endMs: endMs - cutMs })),
  }
}
