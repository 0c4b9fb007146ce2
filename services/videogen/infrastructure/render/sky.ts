import { type Colour, css, lighter, lightnessOf, mix } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import type { Setting } from '../../domain/scene-setting.ts'
import { between, type Chance } from '../../domain/seeded.ts'
import { bottom, type Context, disc, downward, glow, left, openLayer, oval, right, top, width } from './canvas.ts'

export interface Star {
  x: number
  y: number
  size: number
  phase: number
}

const isClear = ({ weather }: Setting) => weather === 'clear'

const moon = (context: Context, x: number, y: number, { light, skyTop }: Palette): void => {
  glow(context, x, y, 260, light, 0.38)
  context.fillStyle = css(light)
  disc(context, x, y, 46)
  context.fillStyle = css(mix(light, skyTop, 0.22))
  for (const [dx, dy, radius] of [
    [-14, -10, 10],
    [12, 8, 13],
    [-6, 20, 6],
    [18, -18, 5],
  ] as const) {
    disc(context, x + dx, y + dy, radius)
  }
}

const sun = (context: Context, x: number, y: number, { light }: Palette, isLow: boolean): void => {
  glow(context, x, y, isLow ? 420 : 320, light, isLow ? 0.75 : 0.55)
  context.fillStyle = css(lighter(light, 0.35))
  disc(context, x, y, isLow ? 58 : 44)
}

/** The sky with what shines in it. */
export const paintSky = (context: Context, setting: Setting, palette: Palette, chance: Chance): void => {
  const { skyTop, skyLow } = palette
  context.fillStyle = downward(context, top, 520, skyTop, mix(skyTop, skyLow, 0.45), skyLow)
  context.fillRect(left, top, right - left, bottom - top)
  const x = chance() < 0.5 ? between(180, 420, chance) : between(860, 1100, chance)
  if (setting.hour === 'night') {
    if (setting.weather !== 'fog') moon(context, x, between(96, 150, chance), palette)
  } else if (isClear(setting)) {
    const isLow = setting.hour !== 'day'
    sun(context, x, isLow ? between(300, 350, chance) : between(90, 140, chance), palette, isLow)
  }
}

export const starsOf = (setting: Setting, chance: Chance): Star[] => {
  if (setting.hour !== 'night' || !isClear(setting)) return []
  return Array.from({ length: 90 }, () => ({
    x: between(left, right, chance),
    y: between(top, 340, chance),
    size: between(0.7, 2.1, chance),
    phase: between(0, 2 * Math.PI, chance),
  }))
}

export interface Cloud {
  x: number
  y: number
  scale: number
  /** Pixels a second. */
  speed: number
}

/** One soft cloud, as wide as a third of the picture; drawn again and again. */
export const paintCloud = ({ skyLow, light }: Palette, chance: Chance) => {
  const { canvas, context } = openLayer()
  context.setTransform(1, 0, 0, 1, 0, 0)
  const isDark = lightnessOf(skyLow) < 0.5
  const body: Colour = isDark ? lighter(skyLow, 0.16) : mix(lighter(skyLow, 0.6), light, 0.4)
  const puffs = Array.from({ length: 11 }, (_, at) => {
    const arch = Math.sin(((at + 0.6) / 11.2) * Math.PI)
    return {
      x: 60 + at * 34,
      y: 128 - arch * between(28, 58, chance),
      rx: 26 + arch * between(22, 40, chance),
      ry: 14 + arch * between(16, 34, chance),
    }
  })
  context.fillStyle = css(mix(body, skyLow, 0.5))
  for (const { x, y, rx, ry } of puffs) oval(context, x + 4, y + 9, rx, ry)
  context.fillStyle = css(body)
  for (const { x, y, rx, ry } of puffs) oval(context, x, y, rx * 0.96, ry * 0.94)
  context.globalCompositeOperation = 'destination-out'
  context.fillStyle = downward(context, 92, 142, 'rgba(0,0,0,0)', 'rgba(0,0,0,1)')
  context.fillRect(0, 92, 470, 110)
  return canvas
}

export const cloudsOf = ({ place, weather, hour }: Setting, chance: Chance): Cloud[] => {
  if (place === 'room') return []
  const count = weather === 'clear' ? (hour === 'night' ? 2 : 4) : 7
  return Array.from({ length: count }, (_, at) => ({
    x: (at / count) * (width + 500) + between(-60, 60, chance),
    y: between(10, 170, chance),
    scale: between(0.5, 1.05, chance),
    speed: between(5, 13, chance),
  }))
}

/** Light that lies in layers over the ground. */
export const paintMist = (context: Context, y: number, one: Colour, alpha: number): void => {
  context.fillStyle = downward(context, y - 90, y + 90, css(one, 0), css(one, alpha), css(one, 0))
  context.fillRect(left, y - 90, right - left, 180)
}

export const paintShade = (context: Context, x: number, y: number, rx: number, ry: number, alpha: number): void => {
  context.fillStyle = `rgba(10,12,30,${alpha})`
  oval(context, x, y, rx, ry)
}
