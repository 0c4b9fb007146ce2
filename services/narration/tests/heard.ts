import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'

type Parts = Pick<Kernel, 'blobs' | 'programs'>

/** What ffprobe says of a blob. */
export const probed = async ({ blobs, programs }: Parts, key: string) => {
  const args = ['-loglevel', 'error', '-show_format', '-show_streams', '-show_chapters', '-of', 'json', 'pipe:0']
  const { stdout } = await programs.run({ program: 'ffprobe', args, input: await blobs.open(key) })
  const { streams, format, chapters } = JSON.parse(stdout.toString())
  return { codec: streams[0]?.codec_name, format: format.format_name, tags: format.tags ?? streams[0]?.tags, chapters }
}

/** A blob as it is heard: 8,000 values a second. */
export const decoded = async ({ blobs, programs }: Parts, key: string): Promise<Int16Array> => {
  const args = ['-loglevel', 'error', '-i', 'pipe:0', '-f', 's16le', '-ar', '8000', '-ac', '1', 'pipe:1']
  const { stdout } = await programs.run({ program: 'ffmpeg', args, input: await blobs.open(key) })
  return new Int16Array(stdout.buffer, stdout.byteOffset, stdout.byteLength >> 1)
}

/** How loud a blob is, as ffmpeg's EBU R 128 meter has it, in LUFS. */
export const loudness = async ({ blobs, programs }: Parts, key: string): Promise<number> => {
  const args = ['-hide_banner', '-nostats', '-i', 'pipe:0', '-af', 'ebur128', '-f', 'null', '-']
  const { stderr } = await programs.run({ program: 'ffmpeg', args, input: await blobs.open(key) })
  return Number(/I:\s+(-?[\d.]+) LUFS/.exec(stderr.slice(stderr.lastIndexOf('Summary')))?.[1])
}

/** How strong sound is where it is heard, in dB. */
export const levelOf = (samples: Int16Array): number => {
  const heard = samples.filter((value) => Math.abs(value) > 300)
  return 10 * Math.log10(heard.reduce((sum, value) => sum + value * value, 0) / heard.length)
}

/** Where something is heard, in milliseconds, by the energy alone: pauses of at least `pauseMs` divide it. */
export const heardIn = (samples: Int16Array, pauseMs: number): { startMs: number; endMs: number }[] => {
  const frame = 80
  const spans: { startMs: number; endMs: number }[] = []
  for (let at = 0; at + frame <= samples.length; at += frame) {
    const power = samples.subarray(at, at + frame).reduce((sum, value) => sum + value * value, 0) / frame
    if (Math.sqrt(power) < 150) continue
    const [startMs, endMs] = [at / 8, (at + frame) / 8]
    const last = spans.at(-1)
    if (last && startMs - last.endMs < pauseMs) last.endMs = endMs
    else spans.push({ startMs, endMs })
  }
  return spans
}

/** Makes sound by ffmpeg's own generators, e.g. to be sent as a file. */
export const generated = async (programs: Programs, args: readonly string[]): Promise<Uint8Array> =>
  (await programs.run({ program: 'ffmpeg', args: ['-loglevel', 'error', ...args, 'pipe:1'] })).stdout
