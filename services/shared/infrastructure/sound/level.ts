import type { Span } from '#shared/domain/recording.ts'

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

/** How far a peak is heard about, in samples: more than what is looked at on both sides of it. */
const reach = (rate: number): number => 8 * Math.round(0.002 * rate)

async function* inSpans(sound: AsyncIterable<Float32Array>, length: number): AsyncIterable<Float32Array> {
  let span = new Float32Array(length)
  let filled = 0
  for await (const piece of sound)
    for (let from = 0; from < piece.length; ) {
      const some = piece.subarray(from, from + length - filled)
      span.set(some, filled)
      filled += some.length
      from += some.length
      if (filled < length) continue
      yield span
      span = new Float32Array(length)
      filled = 0
    }
  yield span.subarray(0, filled)
}

/** As `limited`, of sound that comes in pieces. */
export async function* limitedPieces(sound: AsyncIterable<Float32Array>, rate: number): AsyncIterable<Float32Array> {
  const around = reach(rate)
  const none = new Float32Array(0)
  const shaped = (before: Float32Array, here: Float32Array, after: Float32Array) => {
    const lead = before.subarray(Math.max(0, before.length - around))
    const all = new Float32Array(lead.length + here.length + Math.min(around, after.length))
    all.set(lead)
    all.set(here, lead.length)
    all.set(after.subarray(0, around), lead.length + here.length)
    return limited(all, rate).subarray(lead.length, lead.length + here.length)
  }
  let [before, here]: [Float32Array, Float32Array] = [none, none]
  for await (const after of inSpans(sound, 100 * around)) {
    if (here.length > 0) yield shaped(before, here, after)
    before = here
    here = after
  }
  if (here.length > 0) yield shaped(before, here, none)
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
