import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Blobs } from '#shared/infrastructure/blobs/blobs.ts'
import { sampleRate } from '#shared/infrastructure/sound/pcm.ts'

export const quiet = ['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'error']
/** What is before an input of our own. */
export const raw = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1']
const encodings = {
  mp3: { args: ['-c:a', 'libmp3lame', '-b:a', '96k', '-id3v2_version', '3', '-f', 'mp3'], type: 'audio/mpeg' },
  opus: { args: ['-c:a', 'libopus', '-b:a', '48k', '-application', 'audio', '-f', 'ogg'], type: 'audio/ogg' },
} as const

export type Ending = keyof typeof encodings
const endings = ['mp3', 'opus'] as const

export const outputOf = (ending: Ending, file: string, from: readonly string[]): string[] => [
  ...from,
  ...['-ar', '48000', ...encodings[ending].args, file],
]

/** Stores the two files that a program wrote. */
export const putBoth = async (
  blobs: Blobs,
  into: string,
  fileOf: (ending: Ending) => string,
  signal: AbortSignal,
): Promise<void> => {
  for (const ending of endings)
    await blobs.put(`${into}.${ending}`, createReadStream(fileOf(ending)), {
      contentType: encodings[ending].type,
      signal,
    })
}

/** Sounds that each become files of their own, behind as many other inputs of the same program. */
export const singleSounds = async (blobs: Blobs, folder: string, alone: readonly string[], others: number) => {
  const file = (place: number, ending: string) => join(folder, `${place}.${ending}`)
  for (const [place, blob] of alone.entries())
    await pipeline(await blobs.open(`${blob}.pcm`), createWriteStream(file(place, 'pcm')))
  return {
    inputs: alone.flatMap((_, place) => [...raw, '-i', file(place, 'pcm')]),
    outputs: alone.flatMap((_, place) =>
      endings.flatMap((ending) =>
        // Titles and chapters are those of another sound.
        outputOf(ending, file(place, ending), [
          ...['-map', `${others + place}:a`],
          ...['-map_metadata', '-1', '-map_chapters', '-1'],
        ]),
      ),
    ),
    put: async (signal: AbortSignal): Promise<void> => {
      for (const [place, blob] of alone.entries()) await putBoth(blobs, blob, (ending) => file(place, ending), signal)
    },
  }
}
