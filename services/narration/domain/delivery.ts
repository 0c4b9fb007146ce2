/** How something is said, beside the usual way of the voice. */
export interface Delivery {
  /** A factor of the pace. */
  rate: number
  /** In semitones. */
  pitch: number
  /** A factor of how far the melody goes. */
  range: number
  /** In decibels. */
  volume: number
}

export const neutral: Delivery = { rate: 1, pitch: 0, range: 1, volume: 0 }

/**
 * What an emotion at its strongest does to the voice. The directions are those of acted speech (Scherer, "Vocal
 * communication of emotion", 2003): arousal is faster, higher, wider and louder; sadness and calm are the reverse.
 */
const strongest: Readonly<Record<string, Delivery>> = {
  joy: { rate: 1.15, pitch: 2.5, range: 1.5, volume: 2 },
  sadness: { rate: 0.78, pitch: -2, range: 0.6, volume: -4 },
  anger: { rate: 1.18, pitch: 1.5, range: 1.4, volume: 5 },
  fear: { rate: 1.25, pitch: 3, range: 1.2, volume: -2 },
  surprise: { rate: 1.1, pitch: 3.5, range: 1.7, volume: 2 },
  love: { rate: 0.9, pitch: 0.5, range: 1.1, volume: -2 },
  disgust: { rate: 0.85, pitch: -1.5, range: 0.9, volume: 1 },
  hope: { rate: 1.04, pitch: 1, range: 1.2, volume: 1 },
  pride: { rate: 0.94, pitch: 0.5, range: 1.2, volume: 3 },
  shame: { rate: 0.85, pitch: -1.5, range: 0.7, volume: -4 },
  loneliness: { rate: 0.82, pitch: -1.5, range: 0.7, volume: -4 },
  relief: { rate: 0.92, pitch: -0.5, range: 0.9, volume: -1 },
  calm: { rate: 0.9, pitch: -0.5, range: 0.8, volume: -2 },
  curiosity: { rate: 1.05, pitch: 1.5, range: 1.4, volume: 0 },
  envy: { rate: 0.95, pitch: -0.5, range: 1.1, volume: 1 },
}

/** The delivery of an emotion of an intensity from 1 to 10; of one that is not known, the usual one. */
export const deliveryOf = (emotion: string, intensity: number): Delivery => {
  const full = strongest[emotion]
  if (!full) return neutral
  const share = Math.min(10, Math.max(1, intensity)) / 10
  return {
    rate: 1 + (full.rate - 1) * share,
    pitch: full.pitch * share,
    range: 1 + (full.range - 1) * share,
    volume: full.volume * share,
  }
}

const within = (value: number, least: number, most: number): number =>
  Math.round(Math.min(most, Math.max(least, value)) * 100) / 100

/** Several deliveries at once, in hundredths and within what still sounds like speech. */
export const combined = (...all: readonly Delivery[]): Delivery => ({
  rate: within(
    all.reduce((product, { rate }) => product * rate, 1),
    0.4,
    2.5,
  ),
  pitch: within(
    all.reduce((sum, { pitch }) => sum + pitch, 0),
    -18,
    18,
  ),
  range: within(
    all.reduce((product, { range }) => product * range, 1),
    0.2,
    3,
  ),
  volume: within(
    all.reduce((sum, { volume }) => sum + volume, 0),
    -16,
    8,
  ),
})
