import { height, width } from './canvas.ts'

/** Pictures a second. */
export const frameRate = 24

/** What frames come in as. */
const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`, '-r', String(frameRate), '-i', 'pipe:0']

/** Colours as players of high definition take them (ITU-R BT.709). */
const colours = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv']
const converted = ['-vf', 'scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=fast_bilinear,format=yuv420p']

/**
 * A part of the pictures. All parts are made alike, so that they can be put behind one another as they are; without
 * pictures that refer to later ones, each ends where the next begins.
 */
export const partOf = (path: string): string[] => [
  ...raw,
  ...converted,
  ...['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'superfast', '-crf', '23', '-bf', '0'],
  // What stays the same from picture to picture is kept better: a third smaller, for nothing.
  ...['-x264-params', 'mbtree=1:rc-lookahead=10:weightp=0', '-g', String(frameRate * 4), '-threads', '1'],
  ...colours,
  ...['-video_track_timescale', '24000', '-y', path],
]

interface Reel {
  /** A list of the parts, as ffmpeg's `concat` reads it. */
  list: string
  sound: string
  /** Captions that go beside the pictures, with their language. */
  subtitles?: { path: string; language: string }
  metadata: { title: string; artist: string }
  durationMs: number
  into: string
}

/** Pictures and sound in one file, which begins with where everything is. */
export const reelOf = ({ list, sound, subtitles, metadata, durationMs, into }: Reel): string[] => [
  ...['-f', 'concat', '-safe', '0', '-i', list, '-i', sound],
  ...(subtitles ? ['-i', subtitles.path] : []),
  ...['-map', '0:v:0', '-map', '1:a:0', ...(subtitles ? ['-map', '2:s:0'] : [])],
  ...['-map_metadata', '-1', '-map_chapters', '-1'],
  ...['-metadata', `title=${metadata.title}`, '-metadata', `artist=${metadata.artist}`],
  ...['-c:v', 'copy', '-c:a', 'aac', '-b:a', '128k', '-ac', '2'],
  ...(subtitles ? ['-c:s', 'mov_text', '-metadata:s:s:0', `language=${subtitles.language}`] : []),
  ...['-t', (durationMs / 1000).toFixed(3), '-movflags', '+faststart', '-y', into],
]

/** Three letters for a language, as the format wants them. */
const threeLetters: Readonly<Record<string, string>> = {
  en: 'eng',
  de: 'deu',
  es: 'spa',
  fr: 'fra',
  it: 'ita',
  pt: 'por',
}
export const languageOf = (tag: string): string => threeLetters[tag.toLowerCase().split('-')[0] ?? ''] ?? 'und'
