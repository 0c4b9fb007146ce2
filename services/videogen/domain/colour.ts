/** Red, green and blue from 0 to 255. */
export type Colour = readonly [number, number, number]

export const colour = (hex: string): Colour => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
]

const bounded = (value: number): number => Math.max(0, Math.min(255, value))
const each = (one: Colour, change: (value: number, at: 0 | 1 | 2) => number): Colour => [
  bounded(change(one[0], 0)),
  bounded(change(one[1], 1)),
  bounded(change(one[2], 2)),
]

/** So much of the second in the first. */
export const mix = (one: Colour, other: Colour, share: number): Colour =>
  each(one, (value, at) => value + (other[at] - value) * share)

const white: Colour = [255, 255, 255]
const black: Colour = [8, 8, 20]

export const lighter = (one: Colour, share: number): Colour => mix(one, white, share)
export const darker = (one: Colour, share: number): Colour => mix(one, black, share)

export const lightnessOf = ([red, green, blue]: Colour): number => (0.299 * red + 0.587 * green + 0.114 * blue) / 255

/** 1 leaves it, 0 makes it grey. */
export const saturated = (one: Colour, factor: number): Colour => {
  const grey = lightnessOf(one) * 255
  return each(one, (value) => grey + (value - grey) * factor)
}

export const brightened = (one: Colour, factor: number): Colour => each(one, (value) => value * factor)

export const css = ([red, green, blue]: Colour, alpha = 1): string =>
  `rgba(${Math.round(red)},${Math.round(green)},${Math.round(blue)},${alpha})`
