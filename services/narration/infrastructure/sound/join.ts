import { writeFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import type { Blobs } from '#shared/infrastructure/blobs/blobs.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { bytesPerMs } from '#shared/infrastructure/sound/pcm.ts'
import { inFolder } from '#shared/infrastructure/sound/receive.ts'
import { targetLufs } from '#shared/infrastructure/sound/worker.ts'
import type { Chapter } from '../../domain/timing.ts'
import { type Ending, outputOf, putBoth, quiet, raw, singleSounds } from './encode.ts'
import { gainFor, levelled } from './whole-level.ts'

/** Something to be heard, and the silence behind it. */
export interface Part {
  blob: string
  durationMs: number
  pauseMs: number
}

export interface Joining {
  parts: readonly Part[]
  title: string
  language: string
  chapters: readonly Chapter[]
  /** Blobs without their endings. */
  into: string
  /** Blobs without their endings, of sounds that are to be heard by themselves, too. */
  alone: readonly string[]
  turn: string
}

const silence = Buffer.alloc(64 * 1024)

async function* silent(bytes: number): AsyncIterable<Uint8Array> {
  for (let left = bytes; left > 0; left -= silence.length) yield silence.subarray(0, Math.min(left, silence.length))
}

/** All parts one behind the other; never more of them in memory than a chunk. */
async function* soundOf(
  blobs: Blobs,
  parts: readonly Part[],
  onByte: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0
  for (const { blob, durationMs, pauseMs } of parts) {
    const length = durationMs * bytesPerMs
    for await (const chunk of await blobs.open(blob, { start: 0, end: length })) {
      bytes += chunk.byteLength
      onByte(bytes)
      yield chunk
    }
    yield* silent(pauseMs * bytesPerMs)
    bytes += pauseMs * bytesPerMs
  }
}

const escaped = (text: string): string => text.replace(/\s+/g, ' ').replace(/[=;#\\]/g, '\\$&')

const metadataOf = ({ title, language, chapters }: Joining): string =>
  [
    ';FFMETADATA1',
    `title=${escaped(title)}`,
    `language=${escaped(language)}`,
    ...chapters.flatMap((chapter) => [
      '[CHAPTER]',
      'TIMEBASE=1/1000',
      `START=${chapter.startMs}`,
      `END=${chapter.endMs}`,
      `title=${escaped(chapter.title)}`,
    ]),
    '',
  ].join('\n')

interface Sounds {
  blobs: Blobs
  programs: Programs
}

/**
 * Joins sounds to one of −16 LUFS with chapters, in both formats: measured first (ITU-R BS.1770), then made louder or
 * softer as a whole. Sounds that cannot be heard by themselves yet are encoded by the same program, which takes longer to
 * start than for that. Progress is that of both passes.
 */
export const joinSounds = (
  { blobs, programs }: Sounds,
  joining: Joining,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ durationMs: number }> =>
  inFolder(async (folder) => {
    const { parts, into, turn, alone } = joining
    const durationMs = parts.reduce((sum, part) => sum + part.durationMs + part.pauseMs, 0)
    const total = durationMs * bytesPerMs
    const measuring = () => soundOf(blobs, parts, (bytes) => onProgress((0.2 * bytes) / total))
    const gainDb = await gainFor(measuring, targetLufs, signal)
    const chapters = joinPath(folder, 'chapters')
    await writeFile(chapters, metadataOf(joining))
    const fileOf = (ending: Ending) => joinPath(folder, ending)
    const output = (ending: Ending) =>
      outputOf(ending, fileOf(ending), ['-map', `[${ending}]`, '-map_metadata', '1', '-map_chapters', '1'])
    const singles = await singleSounds(blobs, folder, alone, 2)
    await programs.ffmpeg({
      args: [
        ...[...raw, '-i', 'pipe:0', '-f', 'ffmetadata', '-i', chapters, ...singles.inputs],
        ...['-filter_complex', '[0:a]asplit=2[mp3][opus]', ...output('mp3'), ...output('opus'), ...singles.outputs],
      ],
      input: levelled(
        soundOf(blobs, parts, () => {}),
        gainDb,
      ),
      durationMs,
      onProgress: (share) => onProgress(0.2 + 0.75 * share),
      turn,
      signal,
    })
    await singles.put(signal)
    await putBoth(blobs, into, fileOf, signal)
    onProgress(1)
    return { durationMs }
  })

/** Makes sounds that can be heard by themselves, all by one program. */
export const encodeSounds = (
  { blobs, programs }: Sounds,
  alone: readonly string[],
  turn: string,
  signal: AbortSignal,
): Promise<void> =>
  inFolder(async (folder) => {
    const { inputs, outputs, put } = await singleSounds(blobs, folder, alone, 0)
    await programs.run({ program: 'ffmpeg', args: [...quiet, ...inputs, ...outputs], turn, signal })
    await put(signal)
  })
