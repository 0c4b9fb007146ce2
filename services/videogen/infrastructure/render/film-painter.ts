import type { Scene, ScenePlan } from '../../domain/scene-plan.ts'
import { type Canvas, type Context, height, openFrame, width } from './canvas.ts'
import { captionTop, paintCaption, paintChapter, paintTitle } from './lettering.ts'
import { lastBegun, shownBetween, smooth } from './moments.ts'
import { openScenePainter } from './scene-painter.ts'

const crossMs = 500
const darkMs = 320
const openMs = 450
const closeMs = 600
const chapterMs = 3600

const ends: Readonly<Record<string, string>> = { en: 'The End', de: 'Ende', es: 'Fin' }

/** Pictures of a film, each by its time; they cost least in order. */
export interface FilmPainter {
  /** Draws the picture at a time, in milliseconds, and returns what it is on: the same every time. */
  paint(ms: number): Canvas
}

/** The last of some that was made, with what it was made for. */
const lastOf = <T>(make: (place: number) => T): ((place: number) => T) => {
  let kept: { place: number; made: T } | undefined
  return (place) => {
    if (kept?.place !== place) kept = { place, made: make(place) }
    return kept.made
  }
}

export const openFilmPainter = (plan: ScenePlan, hasCaptions: boolean, seed: string): FilmPainter => {
  const { scenes, captions, durationMs } = plan
  const painter = openScenePainter(plan, seed)
  const { canvas, context } = openFrame()
  const sceneAt = (place: number): Scene => scenes[place] as Scene

  const leaving = lastOf((place) => {
    const still = openFrame()
    const before = sceneAt(place - 1)
    painter.draw(still.context, before, before.endMs)
    return still.canvas
  })
  const titles = lastOf((place) => {
    const scene = sceneAt(place)
    const accent = painter.accentOf(scene)
    if (scene.kind === 'told') return paintChapter(scene.chapter, accent)
    if (scene.kind === 'title') return paintTitle(plan.title, plan.author, accent)
    return paintTitle(ends[plan.language.split('-')[0] ?? ''] ?? plan.title, '', accent)
  })
  const caption = lastOf((place) => paintCaption(captions[place]?.lines ?? []))

  const over = (picture: Canvas, alpha: number): void => {
    context.globalAlpha = alpha
    context.drawImage(picture, 0, 0)
    context.globalAlpha = 1
  }
  const darken = (on: Context, share: number): void => {
    if (share <= 0) return
    on.fillStyle = `rgba(4,4,10,${Math.min(1, share)})`
    on.fillRect(0, 0, width, height)
  }
  const drawTitles = (place: number, ms: number): void => {
    const { kind, chapter, startMs, endMs } = sceneAt(place)
    if (kind === 'told' && chapter === '') return
    const until = kind === 'told' ? Math.min(endMs, startMs + chapterMs) : endMs
    const from = kind === 'title' ? startMs : startMs + 200
    const share = smooth(shownBetween(ms, from, until, 450))
    if (share > 0) over(titles(place), share)
  }
  const drawFades = (place: number, ms: number): void => {
    const { startMs, endMs, fade } = sceneAt(place)
    if (place > 0 && fade === 'cross' && ms - startMs < crossMs)
      over(leaving(place), 1 - smooth((ms - startMs) / crossMs))
    if (fade === 'dark') darken(context, 1 - (ms - startMs) / (place === 0 ? openMs : darkMs))
    if (scenes[place + 1]?.fade === 'dark') darken(context, 1 - (endMs - ms) / darkMs)
    darken(context, 1 - (durationMs - ms) / closeMs)
  }
  const drawCaption = (ms: number): void => {
    const place = lastBegun(captions, ms)
    const shown = captions[place]
    if (!shown || ms >= shown.endMs) return
    const from = captionTop(shown.lines.length) - 4
    context.drawImage(caption(place), 0, from, width, height - from, 0, from, width, height - from)
  }
  return {
    paint: (ms) => {
      const place = Math.max(0, lastBegun(scenes, ms))
      painter.draw(context, sceneAt(place), ms)
      drawTitles(place, ms)
      drawFades(place, ms)
      if (hasCaptions) drawCaption(ms)
      return canvas
    },
  }
}
