/** What may be drawn by chance; the same seed draws the same. */
export interface Random {
  /** At least 0, less than `below`. */
  whole(below: number): number
  /** True with a probability. */
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(length: number): Uint8Array
}

/** Numbers that follow from a seed (mulberry32). */
export const seeded = (seed: number, name = ''): Random => {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), seed | 0)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const whole = (below: number) => Math.floor(next() * below)
  return {
    whole,
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]): T => from[whole(from.length)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => whole(256)),
  }
}
