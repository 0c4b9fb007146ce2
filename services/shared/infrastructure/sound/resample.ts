const taps = 16

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** Hann-windowed. */
const kernel = (distance: number, cutoff: number): number =>
  cutoff * sinc(cutoff * distance) * (0.5 + 0.5 * Math.cos((Math.PI * distance) / taps))

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/** The same sound at another rate, by windowed sinc; what the lower rate cannot hold is taken out. */
export const resample = (samples: Float32Array, from: number, to: number): Float32Array => {
  if (from === to) return samples
  const divisor = greatestDivisor(from, to)
  const [up, down] = [to / divisor, from / divisor]
  const cutoff = Math.min(1, to / from)
  // The weights repeat: there are as many phases as the smaller ratio has steps.
  const phases = Array.from({ length: up }, (_, phase) =>
    Float32Array.from({ length: 2 * taps }, (_, tap) => kernel(tap - taps + 1 - phase / up, cutoff)),
  )
  const result = new Float32Array(Math.floor((samples.length * up) / down))
  for (let at = 0; at < result.length; at += 1) {
    const place = at * down
    const base = Math.floor(place / up)
    const weights = phases[place % up] as Float32Array
    let sum = 0
    for (let tap = 0; tap < 2 * taps; tap += 1) sum += (samples[base + tap - taps + 1] ?? 0) * (weights[tap] as number)
    result[at] = sum
  }
  return result
}
