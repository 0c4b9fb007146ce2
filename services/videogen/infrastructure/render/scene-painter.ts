import type { View } from '../../domain/scene-camera.ts'
import { type Mood, type Palette, paletteOf } from '../../domain/scene-palette.ts'
import type { Scene, ScenePlan } from '../../domain/scene-plan.ts'
import { drawAir, drawBirds, drawGlints, drawSky } from './air.ts'
import { type Backdrop, type Plane, paintBackdrop } from './backdrop.ts'
import { type Context, groundY, height, margin, width } from './canvas.ts'
import { expressionOf } from './expression.ts'
import { drawFigure } from './figure.ts'
import { mouthsOf, smooth } from './moments.ts'

/** How much layers move with the camera: the nearer, the more. */
const depths = { back: 0.4, middle: 0.85, stage: 1, near: 1.3 } as const
/** The scenes of a film come back to the same few places. */
const mostKept = 3
const sizeOfCast: Readonly<Record<number, number>> = { 1: 1.06, 2: 1, 3: 0.92 }

const between = (from: number, to: number, share: number): number => from + (to - from) * share

const viewOf = ({ camera: { from, to }, startMs, endMs }: Scene, ms: number): View => {
  const share = (ms - startMs) / Math.max(1, endMs - startMs)
  const eased = 0.6 * share + 0.4 * smooth(share)
  return { x: between(from.x, to.x, eased), y: between(from.y, to.y, eased), zoom: between(from.zoom, to.zoom, eased) }
}

const lookFrom = (context: Context, { x, y, zoom }: View, depth: number): void => {
  const scale = 1 + (zoom - 1) * depth
  context.setTransform(
    scale,
    0,
    0,
    scale,
    width / 2 - (width / 2 + x * depth) * scale,
    height / 2 - (height / 2 + y * depth) * scale,
  )
}

const drawPlane = (context: Context, { canvas, from }: Plane, view: View, depth: number): void => {
  lookFrom(context, view, depth)
  const tall = canvas.height - from
  if (tall > 0) context.drawImage(canvas, 0, from, canvas.width, tall, -margin.x, from - margin.y, canvas.width, tall)
}

/** Whoever hears anger is afraid of it; all else is shared, by half. */
const heard = ({ emotion, strength }: Mood): Mood => ({
  emotion: emotion === 'anger' ? 'fear' : emotion,
  strength: strength * 0.4,
})

const blinkMs = 130

interface Set {
  palette: Palette
  backdrop: Backdrop
}

/** Draws scenes as they are at a time; what does not move is painted once and kept while it is needed. */
export const openScenePainter = (plan: ScenePlan, seed: string) => {
  const mouth = mouthsOf(plan)
  const sets = new Map<string, Set>()
  const setOf = ({ setting, mood }: Scene): Set => {
    const key = [setting.place, setting.hour, setting.weather, mood.emotion, mood.strength.toFixed(1)].join('|')
    const known = sets.get(key)
    sets.delete(key)
    const palette = known?.palette ?? paletteOf(setting, mood)
    const set = known ?? { palette, backdrop: paintBackdrop(setting, palette, seed) }
    sets.set(key, set)
    const [oldest] = sets.keys()
    if (sets.size > mostKept && oldest !== undefined) sets.delete(oldest)
    return set
  }
  const drawCast = (context: Context, scene: Scene, palette: Palette, ms: number): void => {
    const { seen, mood } = scene
    const hasSpeaker = seen.some(({ isSpeaker }) => isSpeaker)
    const scale = sizeOfCast[seen.length] ?? 1
    for (const { figure, x, faces, isSpeaker } of seen) {
      const look = plan.figures[figure]
      if (!look) continue
      const phase = figure * 2.4
      context.save()
      context.translate(x * width, groundY + (isSpeaker ? 10 : 0))
      context.scale(scale, scale)
      drawFigure(context, look, palette, {
        ...{ x: 0, y: 0, faces, phase, seconds: ms / 1000, isSpeaking: isSpeaker },
        expression: expressionOf(hasSpeaker && !isSpeaker ? heard(mood) : mood),
        mouth: isSpeaker ? mouth(figure, ms) : 0,
        isBlinking: (ms + phase * 1000) % 3900 < blinkMs,
      })
      context.restore()
    }
  }
  return {
    accentOf: (scene: Scene) => setOf(scene).palette.light,
    draw: (context: Context, scene: Scene, ms: number): void => {
      const { palette, backdrop } = setOf(scene)
      const { outside, back, light } = backdrop
      const view = viewOf(scene, ms)
      context.setTransform(1, 0, 0, 1, 0, 0)
      if (outside) {
        context.drawImage(outside.sky, 0, 0)
        drawSky(context, backdrop, ms / 1000)
        drawBirds(context, scene.setting, palette, ms / 1000)
      }
      drawPlane(context, back, view, depths.back)
      if (outside) {
        if (scene.setting.place === 'sea') drawGlints(context, scene.setting, palette, ms / 1000)
        drawPlane(context, outside.middle, view, depths.middle)
        if (scene.setting.place === 'river') drawGlints(context, scene.setting, palette, ms / 1000)
      }
      lookFrom(context, view, depths.stage)
      drawCast(context, scene, palette, ms)
      if (outside) drawPlane(context, outside.near, view, depths.near)
      context.setTransform(1, 0, 0, 1, 0, 0)
      drawAir(context, scene.setting, scene.mood, palette, ms / 1000)
      context.drawImage(light, 0, 0)
    },
  }
}
