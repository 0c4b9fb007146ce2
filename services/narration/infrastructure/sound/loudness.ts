interface Biquad {
  b0: number
  b1: number
  b2: number
  a1: number
  a2: number
}

/** The two filters of ITU-R BS.1770-4 for any rate, as derived by De Man ("Evaluation of implementations", 2014). */
const shelf = (rate: number): Biquad => {
  const [frequency, gain, quality] = [1681.974450955533, 3.999843853973347, 0.7071752369554196]
  const k = Math.tan((Math.PI * frequency) / rate)
  const high = 10 ** (gain / 20)
  const band = high ** 0.4996667741545416
  const a0 = 1 + k / quality + k * k
  return {
    b0: (high + (band * k) / quality + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / quality + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / quality + k * k) / a0,
  }
}

const highPass = (rate: number): Biquad => {
  const [frequency, quality] = [38.13547087602444, 0.5003270373238773]
  const k = Math.tan((Math.PI * frequency) / rate)
  const a0 = 1 + k / quality + k * k
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / quality + k * k) / a0 }
}

const filtered = (samples: Float32Array, { b0, b1, b2, a1, a2 }: Biquad): Float32Array => {
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  return samples.map((x) => {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    ;[x2, x1, y2, y1] = [x1, x, y1, y]
    return y
  })
}

const lufs = (power: number): number => -0.691 + 10 * Math.log10(power)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The quietest that is told; silence is that loud. */
const silenceLufs = -70

/** Integrated loudness of one channel by ITU-R BS.1770, in LUFS. What is shorter than a block counts as one. */
export const loudnessOf = (samples: Float32Array, rate: number): number => {
  const weighted = filtered(filtered(samples, shelf(rate)), highPass(rate))
  const block = Math.min(weighted.length, Math.round(0.4 * rate))
  const step = Math.max(1, Math.round(0.1 * rate))
  const powers: number[] = []
  for (let from = 0; from + block <= weighted.length && block > 0; from += step) {
    let sum = 0
    for (let at = from; at < from + block; at += 1) sum += (weighted[at] as number) ** 2
    powers.push(sum / block)
  }
  const audible = powers.filter((power) => power > 0 && lufs(power) > silenceLufs)
  if (audible.length === 0) return silenceLufs
  const gate = lufs(mean(audible)) - 10
  return lufs(mean(audible.filter((power) => lufs(power) > gate)))
}
