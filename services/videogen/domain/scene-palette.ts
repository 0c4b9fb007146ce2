import { brightened, type Colour, colour, lighter, mix, saturated } from './colour.ts'
import type { Hour, Setting } from './scene-setting.ts'

/** A feeling, from 0 to 1. */
export interface Mood {
  emotion: string
  strength: number
}

/** What a scene is painted with. */
export interface Palette {
  skyTop: Colour
  skyLow: Colour
  /** Of the sun, the moon and what is lit by them. */
  light: Colour
  far: Colour
  middle: Colour
  ground: Colour
  /** What stands nearest, against the light. */
  near: Colour
  /** Walls, roofs and other works of hands. */
  wall: Colour
  roof: Colour
  /** What lies over everything, and how much of it. */
  air: Colour
  airShare: number
  /** How dark the edges are, from 0 to 1. */
  vignette: number
}

interface Tint {
  tint: string
  /** How much of it, at its strongest. */
  share: number
  brightness: number
  saturation: number
  vignette: number
}

const plain: Tint = { tint: '#f4ead0', share: 0.1, brightness: 1, saturation: 1, vignette: 0.35 }

/** Warm and bright for what is pleasant, cold and dark for what is not, and every feeling a hue of its own. */
const tints: Readonly<Record<string, Tint>> = {
  joy: { tint: '#ffc93c', share: 0.42, brightness: 1.12, saturation: 1.3, vignette: 0.2 },
  sadness: { tint: '#5b7fb0', share: 0.6, brightness: 0.82, saturation: 0.55, vignette: 0.5 },
  fear: { tint: '#2b3f78', share: 0.6, brightness: 0.74, saturation: 0.75, vignette: 0.72 },
  anger: { tint: '#c8321f', share: 0.55, brightness: 0.8, saturation: 1.25, vignette: 0.65 },
  surprise: { tint: '#b05bd6', share: 0.4, brightness: 1.1, saturation: 1.3, vignette: 0.3 },
  love: { tint: '#f277a0', share: 0.48, brightness: 1.05, saturation: 1.1, vignette: 0.3 },
  disgust: { tint: '#7f8f2c', share: 0.5, brightness: 0.75, saturation: 0.8, vignette: 0.55 },
  hope: { tint: '#ffd9a0', share: 0.42, brightness: 1.1, saturation: 1.1, vignette: 0.2 },
  pride: { tint: '#8a4fd0', share: 0.38, brightness: 1.02, saturation: 1.2, vignette: 0.35 },
  shame: { tint: '#7d5a52', share: 0.5, brightness: 0.75, saturation: 0.6, vignette: 0.6 },
  loneliness: { tint: '#4a6fa5', share: 0.6, brightness: 0.78, saturation: 0.55, vignette: 0.6 },
  relief: { tint: '#9be0d0', share: 0.4, brightness: 1.08, saturation: 0.95, vignette: 0.2 },
  calm: { tint: '#8fc9c4', share: 0.38, brightness: 1.02, saturation: 0.85, vignette: 0.25 },
  curiosity: { tint: '#2bb3b8', share: 0.38, brightness: 1.04, saturation: 1.15, vignette: 0.3 },
  envy: { tint: '#5d9c2f', share: 0.48, brightness: 0.8, saturation: 1.05, vignette: 0.5 },
}

type Base = Omit<Palette, 'air' | 'airShare' | 'vignette'>

const based = (top: string, low: string, light: string, land: readonly string[], works: readonly string[]): Base => {
  const [far = '', middle = '', ground = '', near = ''] = land
  const [wall = '', roof = ''] = works
  return {
    ...{ skyTop: colour(top), skyLow: colour(low), light: colour(light) },
    ...{ far: colour(far), middle: colour(middle), ground: colour(ground), near: colour(near) },
    ...{ wall: colour(wall), roof: colour(roof) },
  }
}

const hours: Readonly<Record<Hour, Base>> = {
  dawn: based('#6f8fc4', '#ffd3a6', '#fff0c2', ['#a7a3c0', '#6f9170', '#8fb070', '#33503f'], ['#e6cfb2', '#a8604d']),
  day: based('#4f9fe0', '#d3efff', '#fff6cf', ['#8fb8c2', '#5d9d5a', '#8cc261', '#2c5b3a'], ['#f0e0c0', '#b5533f']),
  dusk: based('#463b78', '#ff9a62', '#ffd28a', ['#7a5c86', '#5a5a6a', '#77704f', '#2a2438'], ['#c9a48b', '#7d3f45']),
  night: based('#101b4d', '#4a6cb3', '#eef1ff', ['#3f5a92', '#2a5170', '#376277', '#0c1730'], ['#8088ad', '#5a4a72']),
}

const greys: Readonly<Record<Setting['weather'], { tint: Colour; share: number }>> = {
  clear: { tint: [255, 255, 255], share: 0 },
  rain: { tint: [95, 110, 130], share: 0.42 },
  snow: { tint: [225, 234, 245], share: 0.5 },
  fog: { tint: [190, 198, 206], share: 0.55 },
}

const skies: readonly (keyof Base)[] = ['skyTop', 'skyLow', 'far']
/** How much of a feeling's hue each takes: the horizon most, so that the sky still has the colour of its hour above. */
const takes: Partial<Record<keyof Base, number>> = { skyTop: 0.5, skyLow: 1.25, far: 0.9 }

/** A low sun has a colour of its own. */
const least: Readonly<Record<Hour, number>> = { dawn: 0.7, day: 1, dusk: 0.6, night: 1 }

export const isKnownEmotion = (emotion: string): boolean => emotion in tints

/** The colours of the hour and the weather, as somebody with that feeling would see them. */
export const paletteOf = ({ hour, weather }: Setting, { emotion, strength }: Mood): Palette => {
  const tint = tints[emotion] ?? plain
  const force = tints[emotion] ? 0.45 + 0.55 * strength : 1
  const eased = (factor: number): number => 1 + (factor - 1) * force
  const overcast = greys[weather]
  const hue = colour(tint.tint)
  const seen = (one: Colour, key: keyof Base): Colour => {
    const isSky = skies.includes(key)
    const grey = hour === 'night' ? overcast.share * 0.35 : overcast.share
    const weathered = mix(one, overcast.tint, isSky || weather === 'snow' ? grey : grey * 0.4)
    const toned = mix(
      saturated(weathered, eased(tint.saturation)),
      hue,
      tint.share * force * (takes[key] ?? 0.42) * (isSky ? least[hour] : 1),
    )
    return brightened(toned, eased(tint.brightness))
  }
  const base = hours[hour]
  const painted = Object.fromEntries(
    Object.entries(base).map(([key, one]) => [key, seen(one, key as keyof Base)]),
  ) as unknown as Base
  return {
    ...painted,
    light: lighter(mix(base.light, hue, tint.share * force * 0.5), 0.1),
    air: hue,
    airShare: 0.09 * force,
    vignette: 0.25 + (tint.vignette - 0.25) * force,
  }
}
