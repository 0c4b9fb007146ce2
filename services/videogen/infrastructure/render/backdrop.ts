import { css, darker } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import type { Setting } from '../../domain/scene-setting.ts'
import { chanceOf } from '../../domain/seeded.ts'
import {
  bottom,
  type Canvas,
  downward,
  firstRow,
  glow,
  height,
  type Layer,
  left,
  openFrame,
  openLayer,
  right,
  top,
  width,
} from './canvas.ts'
import { type Painting, places } from './places.ts'
import { type Cloud, cloudsOf, paintCloud, paintMist, paintSky, type Star, starsOf } from './sky.ts'

/** What stands behind and before the figures, in layers that move by how far off they are. */
export interface Backdrop {
  /** What is outside; a room has nothing but itself. */
  outside?: { sky: Canvas; middle: Plane; near: Plane }
  back: Plane
  /** Lies over everything and does not move. */
  light: Canvas
  cloud: Canvas
  clouds: readonly Cloud[]
  stars: readonly Star[]
}

/** A layer, and the first of its rows that anything is seen in: what is empty costs as much to draw as what is not. */
export interface Plane {
  canvas: Canvas
  from: number
}

const planeOf = (layer: Layer): Plane => ({ canvas: layer.canvas, from: firstRow(layer) })

const lightOver = ({ place, hour }: Setting, { air, airShare, vignette, light }: Palette): Canvas => {
  const { canvas, context } = openFrame()
  context.fillStyle = css(air, airShare)
  context.fillRect(0, 0, width, height)
  if (place !== 'room' && hour !== 'night') glow(context, width / 2, 0, 700, light, 0.16)
  const shade = context.createRadialGradient(
    width / 2,
    height * 0.47,
    height * 0.42,
    width / 2,
    height * 0.47,
    width * 0.66,
  )
  shade.addColorStop(0, 'rgba(6,6,18,0)')
  shade.addColorStop(1, `rgba(6,6,18,${vignette})`)
  context.fillStyle = shade
  context.fillRect(0, 0, width, height)
  return canvas
}

export const paintBackdrop = (setting: Setting, palette: Palette, seed: string): Backdrop => {
  const chance = chanceOf(`${seed}|${setting.place}|${setting.hour}`)
  const [sky, back, middle, near] = [openFrame(), openLayer(), openLayer(), openLayer()]
  paintSky(sky.context, setting, palette, chance)
  const painting: Painting = {
    back: back.context,
    middle: middle.context,
    near: near.context,
    setting,
    palette,
    chance,
  }
  places[setting.place](painting)
  if (setting.weather === 'fog') paintMist(middle.context, 480, palette.skyLow, 0.8)
  const isOutside = setting.place !== 'room'
  if (isOutside) {
    near.context.globalCompositeOperation = 'source-atop'
    near.context.fillStyle = downward(
      near.context,
      top,
      bottom,
      css(palette.near, 0),
      css(darker(palette.near, 0.4), 0.7),
    )
    near.context.fillRect(left, top, right - left, bottom - top)
  }
  return {
    back: planeOf(back),
    ...(isOutside && { outside: { sky: sky.canvas, middle: planeOf(middle), near: planeOf(near) } }),
    light: lightOver(setting, palette),
    cloud: paintCloud(palette, chance),
    clouds: cloudsOf(setting, chance),
    stars: setting.place === 'room' ? [] : starsOf(setting, chance),
  }
}
