import { stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { captionsOf } from '../../domain/captions.ts'
import type { Captions, Soundtrack } from '../../domain/film.ts'
import { subtitlesOf } from '../render/subtitles.ts'

const [width, height, framesPerSecond] = [1280, 720, 24]
const quiet = ['-hide_banner', '-nostats', '-nostdin', '-loglevel', 'error']

export interface Joining {
  /** Where the clips and the sound lie, and the film is written. */
  folder: string
  clips: readonly { file: string; startMs: number; endMs: number }[]
  sound: string
  soundtrack: Soundtrack
  captions: Captions
  turn: string
}

/** A clip as long as it is to be seen, over and over where it is shorter, within the frame. */
const shown = (place: number, ms: number): string =>
  `[${place}:v]scale=${width}:${height}:force_original_aspect_ratio=decrease,` +
  `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1,fps=${framesPerSecond},` +
  `trim=duration=${ms / 1000},setpts=PTS-STARTPTS[v${place}]`

const style = 'FontName=Noto Sans,FontSize=18,BorderStyle=1,Outline=2,MarginV=24'

/** Joins clips one behind the other, and lays the sound and the captions over them. Answers the files. */
export const joinClips = async (
  programs: Programs,
  { folder, clips, sound, soundtrack, captions, turn }: Joining,
  onProgress: (share: number) => void,
  signal: AbortSignal,
) => {
  const { durationMs } = soundtrack
  const [video, thumbnail] = [join(folder, 'film.mp4'), join(folder, 'thumbnail.jpg')]
  const [isBurnt, isSoft] = [captions === 'burnt', captions === 'soft']
  await writeFile(join(folder, 'captions.srt'), subtitlesOf(captionsOf(soundtrack)))
  if (isBurnt) {
    const fonts = dirname(
      fileURLToPath(import.meta.resolve('@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff')),
    )
    // By names of our own: a filter reads some letters of a path otherwise.
    await symlink(fonts, join(folder, 'fonts'))
  }
  const count = clips.length
  const burnt = isBurnt ? `,subtitles=filename=captions.srt:fontsdir=fonts:force_style='${style}'` : ''
  const filters = [
    ...clips.map(({ startMs, endMs }, place) => shown(place, endMs - startMs)),
    // Frames are not milliseconds: the last one stays until the sound ends.
    `${clips.map((_, place) => `[v${place}]`).join('')}concat=n=${count}:v=1:a=0,tpad=stop_mode=clone:stop_duration=1${burnt}[film]`,
  ]
  await programs.ffmpeg({
    args: [
      ...clips.flatMap(({ file }) => ['-stream_loop', '-1', '-f', 'mp4', '-i', file]),
      ...['-f', 'mp3', '-i', sound],
      ...(isSoft ? ['-f', 'srt', '-i', 'captions.srt'] : []),
      ...['-filter_complex', filters.join(';'), '-map', '[film]', '-map', `${count}:a`],
      ...(isSoft ? ['-map', `${count + 1}:s`, '-c:s', 'mov_text'] : []),
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'],
      ...['-c:a', 'aac', '-b:a', '128k', '-ar', '48000'],
      ...['-map_metadata', '-1', '-metadata', `title=${soundtrack.title}`],
      ...['-t', String(durationMs / 1000), '-movflags', '+faststart', video],
    ],
    cwd: folder,
    durationMs,
    onProgress,
    turn,
    signal,
    timeoutMs: 60_000 + durationMs * 4,
  })
  const middle = ['-ss', String(durationMs / 3000), '-i', video, '-frames:v', '1', '-update', '1', thumbnail]
  await programs.run({ program: 'ffmpeg', args: [...quiet, ...middle], turn, signal })
  return { video, thumbnail, durationMs, width, height, size: (await stat(video)).size }
}
