const lowest = 65
const highest = 420
const pitchRate = 8000
const frame = Math.round(0.04 * pitchRate)
const hop = Math.round(0.02 * pitchRate)
const leastLikeness = 0.6

/** Every so many values, with what lies between taken together. */
const decimated = (samples: Float32Array, rate: number): { samples: Float32Array; rate: number } => {
  const factor = Math.max(1, Math.floor(rate / pitchRate))
  const result = Float32Array.from({ length: Math.floor(samples.length / factor) }, (_, at) => {
    let sum = 0
    for (let one = 0; one < factor; one += 1) sum += samples[at * factor + one] as number
    return sum / factor
  })
  return { samples: result, rate: rate / factor }
}

/** How much a stretch is like itself some values later, from −1 to 1. */
const likeness = (samples: Float32Array, from: number, lag: number): number => {
  let [product, here, there] = [0, 0, 0]
  for (let at = from; at < from + frame; at += 1) {
    const [a, b] = [samples[at] as number, samples[at + lag] as number]
    product += a * b
    here += a * a
    there += b * b
  }
  return product / Math.sqrt(here * there + 1e-12)
}

/** The shortest lag that is nearly as like as the likest: a multiple of the period is as like as the period itself. */
const periodAt = (samples: Float32Array, from: number, rate: number): number | undefined => {
  const [shortest, longest] = [Math.floor(rate / highest), Math.ceil(rate / lowest)]
  const all: number[] = []
  for (let lag = shortest; lag <= longest; lag += 1) all.push(likeness(samples, from, lag))
  const best = Math.max(...all)
  if (best < leastLikeness) return undefined
  const isPeak = (at: number) =>
    (all[at] as number) >= (all[at - 1] ?? -1) && (all[at] as number) >= (all[at + 1] ?? -1)
  const place = all.findIndex((value, at) => value >= 0.9 * best && isPeak(at))
  if (place <= 0 || place >= all.length - 1) return undefined
  const [before, here, after] = all.slice(place - 1, place + 2) as [number, number, number]
  const bend = before - 2 * here + after
  return shortest + place + (bend === 0 ? 0 : (before - after) / (2 * bend))
}

/**
 * The melody: the fundamental frequency wherever there is a voice, in Hz, every 20 ms, by normalised autocorrelation
 * (Talkin, "A robust algorithm for pitch tracking", 1995, without its search for a path).
 */
export const melodyOf = (all: Float32Array, fullRate: number): Float32Array => {
  const { samples, rate } = decimated(all, fullRate)
  const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const melody: number[] = []
  const reach = frame + Math.ceil(rate / lowest) + 1
  for (let from = 0; from + reach < samples.length; from += hop) {
    let peak = 0
    for (let at = from; at < from + frame; at += 1) peak = Math.max(peak, Math.abs(samples[at] as number))
    if (peak < 0.05 * loudest) continue
    const period = periodAt(samples, from, rate)
    if (period) melody.push(rate / period)
  }
  return Float32Array.from(melody)
}
