import { type Colour, css, lighter } from '../../domain/colour.ts'
import type { Mood, Palette } from '../../domain/scene-palette.ts'
import type { Setting } from '../../domain/scene-setting.ts'
import { between, chanceOf } from '../../domain/seeded.ts'
import type { Backdrop } from './backdrop.ts'
import { type Context, disc, height, left, oval, right, width } from './canvas.ts'

const span = right - left
const flock = [
  [0, 0],
  [-46, 20],
  [-60, -22],
  [-118, 6],
] as const

const wrapped = (value: number, size: number): number => ((value % size) + size) % size

/** What moves in the sky. Seconds count from the beginning of the film, so that it moves on from scene to scene. */
export const drawSky = (context: Context, { stars, clouds, cloud }: Backdrop, seconds: number): void => {
  for (const { x, y, size, phase } of stars) {
    context.fillStyle = `rgba(255,255,255,${0.5 + 0.45 * Math.sin(seconds * 1.7 + phase)})`
    disc(context, x, y, size)
  }
  context.globalAlpha = 0.85
  for (const { x, y, scale, speed } of clouds) {
    const at = ((x + seconds * speed) % (span + 480)) + left - 480
    context.drawImage(cloud, 0, 0, 470, 200, at, y, 470 * scale, 200 * scale)
  }
  context.globalAlpha = 1
}

/** Light that plays on water. */
export const drawGlints = (context: Context, { place }: Setting, { light }: Palette, seconds: number): void => {
  if (place !== 'sea' && place !== 'river') return
  const chance = chanceOf('glints')
  for (let at = 0; at < 46; at += 1) {
    const [x, share, phase] = [between(left, right, chance), chance(), between(0, 6.3, chance)]
    const bright = Math.max(0, Math.sin(seconds * 1.4 + phase))
    if (bright === 0) continue
    const y = place === 'sea' ? 404 + share * share * 140 : 500 + share * 150
    const onRiver = place === 'sea' ? x : 640 - share * 130 + ((x - 640) / span) * 260 * (0.2 + share)
    context.fillStyle = css(light, 0.55 * bright)
    oval(context, onRiver + Math.sin(seconds * 0.7 + phase) * 8, y, 6 + share * 24, 1 + share * 1.4)
  }
}

/** A few birds far away, by day. */
export const drawBirds = (
  context: Context,
  { place, hour, weather }: Setting,
  { near }: Palette,
  seconds: number,
): void => {
  if (place === 'room' || hour === 'night' || weather !== 'clear') return
  context.strokeStyle = css(near, 0.75)
  context.lineWidth = 2.2
  context.lineCap = 'round'
  for (const [at, [dx, dy]] of flock.entries()) {
    const x = wrapped(300 + seconds * 19 + dx, span) + left
    const y = 150 + dy + Math.sin(seconds * 0.6 + at) * 10
    const wing = 7 * Math.sin(seconds * 6.5 + at * 1.3)
    context.beginPath()
    context.moveTo(x - 13, y - wing)
    context.quadraticCurveTo(x - 5, y - 4, x, y)
    context.quadraticCurveTo(x + 5, y - 4, x + 13, y - wing)
    context.stroke()
  }
}

interface Drifting {
  count: number
  colour: Colour
  /** Pixels a second. */
  down: number
  across: number
  sway: number
  size: number
  glows: boolean
}

const none: Drifting = { count: 0, colour: [255, 255, 255], down: 0, across: 0, sway: 0, size: 0, glows: false }

/** What is in the air: the weather's, else the feeling's, else that of the place. */
const driftingOf = ({ place, hour, weather }: Setting, { emotion }: Mood, { light, middle }: Palette): Drifting => {
  const slow = { down: -9, across: 8, sway: 26, size: 2.6, glows: true }
  if (place === 'room') return { ...slow, count: 26, colour: lighter(light, 0.2), size: 1.7, glows: false }
  if (weather === 'snow')
    return { ...none, count: 120, colour: [255, 255, 255], down: 62, across: 14, sway: 20, size: 3.2 }
  if (emotion === 'joy' || emotion === 'surprise' || emotion === 'pride')
    return { ...slow, count: 34, colour: [255, 230, 140] }
  if (emotion === 'love') return { ...slow, count: 30, colour: [255, 176, 200], down: 24, size: 4, glows: false }
  if (emotion === 'anger') return { ...slow, count: 44, colour: [255, 140, 60], down: -60 }
  if (hour === 'night' || hour === 'dusk') return { ...slow, count: 24, colour: [250, 240, 140] }
  if (place === 'forest') return { ...slow, count: 18, colour: lighter(middle, 0.4), down: 30, size: 3.4, glows: false }
  return { ...slow, count: 18, colour: [255, 255, 255], size: 1.8, glows: false }
}

const drawRain = (context: Context, seconds: number): void => {
  const chance = chanceOf('rain')
  context.strokeStyle = 'rgba(210,225,245,0.34)'
  context.lineWidth = 1.6
  context.beginPath()
  for (let at = 0; at < 150; at += 1) {
    const speed = between(820, 1150, chance)
    const y = wrapped(between(0, height, chance) + seconds * speed, height + 60) - 60
    const x = wrapped(between(0, width, chance) - seconds * speed * 0.14, width)
    context.moveTo(x, y)
    context.lineTo(x - 5, y + 36)
  }
  context.stroke()
}

export const drawAir = (context: Context, setting: Setting, mood: Mood, palette: Palette, seconds: number): void => {
  if (setting.weather === 'rain' && setting.place !== 'room') {
    drawRain(context, seconds)
    return
  }
  const { count, colour, down, across, sway, size, glows } = driftingOf(setting, mood, palette)
  const chance = chanceOf('air')
  for (let at = 0; at < count; at += 1) {
    const [x0, y0, phase, scale] = [
      between(0, width, chance),
      between(0, height, chance),
      between(0, 6.3, chance),
      between(0.5, 1.3, chance),
    ]
    const x = wrapped(x0 + seconds * across * scale + Math.sin(seconds * 0.9 + phase) * sway, width)
    const y = wrapped(y0 + seconds * down * scale, height)
    const bright = glows ? 0.35 + 0.55 * Math.max(0, Math.sin(seconds * 1.3 + phase)) : 0.6
    if (glows) {
      context.fillStyle = css(colour, bright * 0.22)
      disc(context, x, y, size * scale * 3.2)
    }
    context.fillStyle = css(colour, bright)
    if (glows || down >= 60) disc(context, x, y, size * scale)
    else oval(context, x, y, size * scale * 1.4, size * scale * 0.7, seconds * 0.8 + phase)
  }
}
