import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import type { Blobs } from '#shared/infrastructure/blobs/blobs.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import type { Chapter } from '../../domain/timing.ts'
import { bytesPerMs, sampleRate } from './pcm.ts'
import { inFolder } from './receive.ts'
import { targetLufs } from './worker.ts'

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

const raw = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0']
/** Wide enough for whispers beside shouts, so that the second pass need change the loudness of the whole only. */
const goal = `loudnorm=I=${targetLufs}:TP=-1.5:LRA=20`

interface Loudness {
  input_i: string
  input_tp: string
  input_lra: string
  input_thresh: string
  target_offset: string
}

const loudnessIn = (stderr: string): Loudness => {
  const from = stderr.lastIndexOf('{')
  const to = stderr.lastIndexOf('}')
  if (from < 0 || to < from) throw new Error('ffmpeg did not say how loud the sound is')
  return JSON.parse(stderr.slice(from, to + 1)) as Loudness
}

const secondPass = ({ input_i, input_tp, input_lra, input_thresh, target_offset }: Loudness): string =>
  `${goal}:linear=true:measured_I=${input_i}:measured_TP=${input_tp}:measured_LRA=${input_lra}:measured_thresh=${input_thresh}:offset=${target_offset}`

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

export const encodings = {
  mp3: { args: ['-c:a', 'libmp3lame', '-b:a', '96k', '-id3v2_version', '3', '-f', 'mp3'], type: 'audio/mpeg' },
  opus: { args: ['-c:a', 'libopus', '-b:a', '48k', '-application', 'audio', '-f', 'ogg'], type: 'audio/ogg' },
} as const

/** Stores the two files that a program wrote. */
export const putBoth = async (blobs: Blobs, folder: string, into: string, signal: AbortSignal): Promise<void> => {
  for (const ending of ['mp3', 'opus'] as const)
    await blobs.put(`${into}.${ending}`, createReadStream(joinPath(folder, ending)), {
      contentType: encodings[ending].type,
      signal,
    })
}

/**
 * Joins sounds to one of −16 LUFS with chapters, in both formats: measured first (EBU R 128), then changed by what that
 * said. Progress is that of both passes.
 */
export const joinSounds = (
  { blobs, programs }: { blobs: Blobs; programs: Programs },
  joining: Joining,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ durationMs: number }> =>
  inFolder(async (folder) => {
    const { parts, into, turn } = joining
    const durationMs = parts.reduce((sum, part) => sum + part.durationMs + part.pauseMs, 0)
    const total = durationMs * bytesPerMs
    const { stderr } = await programs.run({
      program: 'ffmpeg',
      args: ['-hide_banner', '-nostats', ...raw, '-af', `${goal}:print_format=json`, '-f', 'null', '-'],
      input: soundOf(blobs, parts, (bytes) => onProgress((0.4 * bytes) / total)),
      turn,
      signal,
    })
    const chapters = joinPath(folder, 'chapters')
    await writeFile(chapters, metadataOf(joining))
    const output = (ending: 'mp3' | 'opus') => [
      ...['-map', '0:a', '-map_metadata', '1', '-map_chapters', '1', '-ar', '48000'],
      ...[...encodings[ending].args, joinPath(folder, ending)],
    ]
    await programs.ffmpeg({
      args: [
        ...[
          ...raw,
          '-f',
          'ffmetadata',
          '-i',
          chapters,
          '-filter_complex',
          `[0:a]${secondPass(loudnessIn(stderr))},asplit=2[a][b]`,
        ],
        ...output('mp3').map((arg) => (arg === '0:a' ? '[a]' : arg)),
        ...output('opus').map((arg) => (arg === '0:a' ? '[b]' : arg)),
      ],
      input: soundOf(blobs, parts, () => {}),
      durationMs,
      onProgress: (share) => onProgress(0.4 + 0.55 * share),
      turn,
      signal,
    })
    await putBoth(blobs, folder, into, signal)
    onProgress(1)
    return { durationMs }
  })
