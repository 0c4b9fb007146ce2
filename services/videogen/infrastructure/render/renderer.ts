import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import type { Captions } from '../../domain/film.ts'
import type { ScenePlan } from '../../domain/scene-plan.ts'
import { height, width } from './canvas.ts'
import { frameRate, languageOf, partOf, reelOf } from './encode-film.ts'
import { openStudio } from './studio.ts'
import { subtitlesOf } from './subtitles.ts'

export interface Film {
  plan: ScenePlan
  /** The narration, a file. */
  sound: string
  captions: Captions
  /** The folder that the film and its thumbnail are written to. */
  into: string
  /** Of what looks like chance: the same seed, the same pictures. */
  seed: string
}

export interface Rendering {
  programs: Programs
  /** Whose work it is: see `ProgramRun`. */
  turn: string
  /** From 0 to 1, never less than before. */
  onProgress(share: number): void
  signal: AbortSignal
}

export interface Rendered {
  /** An MP4 file. */
  video: string
  /** A JPEG file. */
  thumbnail: string
  durationMs: number
  width: number
  height: number
  /** Of the film, in bytes. */
  size: number
}

/** Makes films out of scene plans and sound; nothing of a film that is given up is left. */
export interface Renderer {
  renderFilm(film: Film, rendering: Rendering): Promise<Rendered>
  close(): Promise<void>
}

/** Films are encoded in parts, so that other programs have their turn between them. */
const partMs = 20_000
const partTimeoutMs = 5 * 60_000
/** Of the whole work, what putting it together is. */
const reelShare = 0.06

/** How long a sound is, by what it says itself. */
const lengthOf = async (sound: string, plan: ScenePlan, { programs, turn, signal }: Rendering): Promise<number> => {
  const asked = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', sound]
  const { stdout } = await programs.run({ program: 'ffprobe', args: asked, turn, signal, timeoutMs: 30_000 })
  const seconds = Number(stdout.toString().trim())
  return seconds > 0 ? seconds * 1000 : plan.durationMs
}

/** In the middle of the title, when it is all there. */
const thumbnailAt = ({ scenes }: ScenePlan): number => ((scenes[0]?.startMs ?? 0) + (scenes[0]?.endMs ?? 0)) / 2

export const openRenderer = (): Renderer => {
  const studio = openStudio()
  let films = 0

  /** The pictures, in parts. */
  const encodeParts = async (
    film: Film,
    durationMs: number,
    folder: string,
    rendering: Rendering,
  ): Promise<string[]> => {
    const { programs, turn, signal, onProgress } = rendering
    const frames = Math.max(1, Math.round((durationMs * frameRate) / 1000))
    const perPart = (partMs * frameRate) / 1000
    films += 1
    const drawing = {
      film: films,
      plan: film.plan,
      hasCaptions: film.captions === 'burnt',
      seed: film.seed,
      rate: frameRate,
    }
    const parts: string[] = []
    for (let from = 0; from < frames; from += perPart) {
      const count = Math.min(perPart, frames - from)
      const path = join(folder, `part-${parts.length}.mp4`)
      parts.push(path)
      await programs.ffmpeg({
        args: partOf(path),
        input: studio.frames({ ...drawing, from, count }, signal),
        durationMs: (count * 1000) / frameRate,
        onProgress: (share) => onProgress(((1 - reelShare) * (from + count * share)) / frames),
        ...{ turn, signal, timeoutMs: partTimeoutMs },
      })
    }
    return parts
  }

  const assemble = async (film: Film, parts: string[], durationMs: number, folder: string, rendering: Rendering) => {
    const { programs, turn, signal, onProgress } = rendering
    const { plan, captions, sound } = film
    const list = join(folder, 'parts.txt')
    await writeFile(list, parts.map((path) => `file '${path.replaceAll("'", "'\\''")}'\n`).join(''))
    const subtitles = { path: join(folder, 'captions.srt'), language: languageOf(plan.language) }
    const hasTrack = captions === 'soft' && plan.captions.length > 0
    if (hasTrack) await writeFile(subtitles.path, subtitlesOf(plan.captions))
    await programs.ffmpeg({
      args: reelOf({
        ...{
          list,
          sound,
          durationMs,
          into: join(folder, 'film.mp4'),
          metadata: { title: plan.title, artist: plan.author },
        },
        ...(hasTrack && { subtitles }),
      }),
      durationMs,
      onProgress: (share) => onProgress(1 - reelShare + reelShare * share),
      ...{ turn, signal },
    })
  }
  const paintThumbnail = async ({ plan, seed }: Film, path: string, signal: AbortSignal): Promise<void> => {
    await writeFile(path, await studio.still({ plan, seed, ms: thumbnailAt(plan) }, signal))
  }
  return {
    renderFilm: async (film, rendering) => {
      rendering.signal.throwIfAborted()
      const folder = await mkdtemp(join(film.into, 'film-'))
      try {
        const durationMs = await lengthOf(film.sound, film.plan, rendering)
        await paintThumbnail(film, join(folder, 'thumbnail.jpg'), rendering.signal)
        const parts = await encodeParts(film, durationMs, folder, rendering)
        await assemble(film, parts, durationMs, folder, rendering)
        const [video, thumbnail] = [join(film.into, 'film.mp4'), join(film.into, 'thumbnail.jpg')]
        await rename(join(folder, 'thumbnail.jpg'), thumbnail)
        await rename(join(folder, 'film.mp4'), video)
        rendering.onProgress(1)
        return { video, thumbnail, durationMs: Math.round(durationMs), width, height, size: (await stat(video)).size }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    close: () => studio.close(),
  }
}
