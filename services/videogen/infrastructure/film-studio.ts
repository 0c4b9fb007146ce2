import { createReadStream, createWriteStream } from 'node:fs'
import { extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { inFolder } from '#shared/infrastructure/sound/receive.ts'
import type { FilmKey, Studio } from '../application/studio.ts'
import type { Captions } from '../domain/film.ts'
import type { MadeFilm } from '../domain/job-parts.ts'
import { planScenes } from '../domain/scene-plan.ts'
import type { Rendered, Renderer } from './render/renderer.ts'
import { joinClips } from './vendors/join-clips.ts'

const [films, clips] = ['videogen/films', 'videogen/clips']
const mostClipBytes = 512 * 1024 * 1024
const pictures: Readonly<Record<string, string>> = { '.jpg': 'image/jpeg', '.png': 'image/png' }

const filmBlob = ({ userId, jobId }: FilmKey): string => `${films}/${userId}/${jobId}`
const clipFolder = ({ userId, jobId }: FilmKey): string => `${clips}/${userId}/${jobId}`
const clipBlob = (key: FilmKey, place: number): string => `${clipFolder(key)}/${place}.mp4`

/** Everything that is done to pictures: files that are blobs before and after. */
export const filmStudio = ({ blobs, programs }: Pick<Kernel, 'blobs' | 'programs'>, renderer: Renderer): Studio => {
  const toFile = async (blob: string, file: string, signal: AbortSignal): Promise<string> => {
    await pipeline(await blobs.open(blob), createWriteStream(file), { signal })
    return file
  }

  const keep = async (key: FilmKey, files: Rendered, captions: Captions, signal: AbortSignal): Promise<MadeFilm> => {
    const ending = extname(files.thumbnail)
    const [video, thumbnail] = [`${filmBlob(key)}.mp4`, `${filmBlob(key)}${ending}`]
    const picture = { contentType: pictures[ending] ?? 'application/octet-stream', signal }
    await blobs.put(thumbnail, createReadStream(files.thumbnail), picture)
    await blobs.put(video, createReadStream(files.video), { contentType: 'video/mp4', signal })
    const { durationMs, width, height, size } = files
    return { video, thumbnail, durationMs, width, height, size, captions }
  }

  const removeBelow = async (prefix: string): Promise<void> => {
    for await (const { key } of blobs.list(prefix)) await blobs.remove([key])
  }

  return {
    draw: (order, onProgress, signal) =>
      inFolder(async (into) => {
        const { jobId, soundtrack, captions } = order
        const sound = await toFile(order.soundBlob, join(into, 'sound.mp3'), signal)
        // The same story looks the same, however often it is drawn.
        const seed = order.contentHash
        const film = { plan: planScenes(soundtrack, seed), sound, captions, into, seed }
        const made = await renderer.renderFilm(film, { programs, turn: jobId, onProgress, signal })
        return keep(order, made, captions, signal)
      }),
    keepClip: async (key, place, content, signal) => {
      await blobs.put(clipBlob(key, place), content, { contentType: 'video/mp4', signal, maxBytes: mostClipBytes })
    },
    join: (order, onProgress, signal) =>
      inFolder(async (folder) => {
        const { jobId: turn, soundtrack, captions } = order
        const sound = await toFile(order.soundBlob, join(folder, 'sound.mp3'), signal)
        const kept = []
        for (const { place, startMs, endMs } of order.clips) {
          const file = await toFile(clipBlob(order, place), join(folder, `${place}.mp4`), signal)
          kept.push({ file, startMs, endMs })
        }
        const joining = { folder, clips: kept, sound, soundtrack, captions, turn }
        return keep(order, await joinClips(programs, joining, onProgress, signal), captions, signal)
      }),
    removeClips: (key) => removeBelow(`${clipFolder(key)}/`),
    remove: async (key) => {
      await removeBelow(`${clipFolder(key)}/`)
      await blobs.remove(['.mp4', ...Object.keys(pictures)].map((ending) => `${filmBlob(key)}${ending}`))
    },
    erase: async (userId) => {
      for (const kind of [films, clips]) await removeBelow(`${kind}/${userId}/`)
    },
  }
}
