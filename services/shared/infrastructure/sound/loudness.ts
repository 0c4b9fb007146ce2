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

/** A filter that goes on where it stopped. */
const running = ({ b0, b1, b2, a1, a2 }: Biquad): ((x: number) => number) => {
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  return (x) => {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    x2 = x1
    x1 = x
    y2 = y1
    y1 = y
    return y
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const lufs = (power: number): number => -0.691 + 10 * Math.log10(power)

/** What is softer counts as silence. */
const silenceLufs = -70
const stepsInBlock = 4

/** The mean power of every block of four steps; of what is shorter than a block, of all there is. */
const powersOf = (steps: readonly { sum: number; count: number }[]): number[] => {
  const blocks = Math.max(1, steps.length - stepsInBlock + 1)
  return Array.from({ length: blocks }, (_, from) => {
    const block = steps.slice(from, from + stepsInBlock)
    const count = block.reduce((all, step) => all + step.count, 0)
    return count > 0 ? block.reduce((all, step) => all + step.sum, 0) / count : 0
  })
}

/** Integrated loudness of one channel by ITU-R BS.1770, of sound that comes in pieces. */
export const loudnessMeter = (rate: number) => {
  const [first, second] = [running(shelf(rate)), running(highPass(rate))]
  const stepLength = Math.max(1, Math.round(0.1 * rate))
  const steps: { sum: number; count: number }[] = []
  let [sum, count, peak] = [0, 0, 0]
  return {
    push: (samples: Float32Array): void => {
      for (const value of samples) {
        const weighted = second(first(value))
        sum += weighted * weighted
        count += 1
        if (value > peak || -value > peak) peak = Math.abs(value)
        if (count < stepLength) continue
        steps.push({ sum, count })
        sum = 0
        count = 0
      }
    },
    /** The highest value so far, whatever its sign. */
    peak: (): number => peak,
    /** In LUFS. What is shorter than a block counts as one. */
    lufs: (): number => {
      // A step that is not full belongs to no block, unless there is no other.
      const whole = steps.length < stepsInBlock && count > 0 ? [...steps, { sum, count }] : steps
      const audible = powersOf(whole).filter((power) => power > 0 && lufs(power) > silenceLufs)
      if (audible.length === 0) return silenceLufs
      const gate = lufs(mean(audible)) - 10
      return lufs(mean(audible.filter((power) => lufs(power) > gate)))
    },
  }
}

/** Integrated loudness of one channel, in LUFS. */
export const loudnessOf = (samples: Float32Array, rate: number): number => {
  const meter = loudnessMeter(rate)
  meter.push(samples)
  return meter.lufs()
}
