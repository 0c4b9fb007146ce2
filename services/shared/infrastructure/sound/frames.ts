import type { Span } from '#shared/domain/recording.ts'

export const frameMs = 10
const quietestDb = -90

/** The level of every ten milliseconds, in dB of full scale. */
export const levelsOf = (samples: Float32Array, rate: number): Float32Array => {
  const size = Math.round((rate * frameMs) / 1000)
  return Float32Array.from({ length: Math.floor(samples.length / size) }, (_, frame) => {
    let sum = 0
    for (let at = frame * size; at < (frame + 1) * size; at += 1) sum += (samples[at] as number) ** 2
    return Math.max(quietestDb, 10 * Math.log10(sum / size + 1e-12))
  })
}

export const percentile = (values: Float32Array, share: number): number => {
  if (values.length === 0) return quietestDb
  return values.toSorted()[Math.min(values.length - 1, Math.floor(share * values.length))] as number
}

const bridgeFrames = 4
const leastFrames = 3

/**
 * Where something is heard: above a third of the way from the noise to the loudest, and no more than 40 dB below that.
 * Gaps of 40 ms are within words, and what is shorter than 30 ms is a click.
 */
export const soundingOf = (levels: Float32Array): Span[] => {
  const [noise, loud] = [percentile(levels, 0.05), percentile(levels, 0.95)]
  if (loud < -60) return []
  const threshold = Math.max(loud - 40, Math.min(loud - 10, noise + (loud - noise) / 3))
  const spans: Span[] = []
  for (const [frame, level] of levels.entries()) {
    if (level < threshold) continue
    const last = spans.at(-1)
    if (last && frame - last.endMs <= bridgeFrames) last.endMs = frame + 1
    else spans.push({ startMs: frame, endMs: frame + 1 })
  }
  return spans
    .filter(({ startMs, endMs }) => endMs - startMs >= leastFrames)
    .map(({ startMs, endMs }) => ({ startMs: startMs * frameMs, endMs: endMs * frameMs }))
}
