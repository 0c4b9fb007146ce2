import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'

type Parts = Pick<Kernel, 'blobs' | 'programs'>

const all = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found)

/** A blob as ffmpeg reads, decodes and meters it (EBU R 128): 8,000 values a second. */
export const heard = async ({ blobs, programs }: Parts, key: string) => {
  const meter = ['-af', 'ebur128=framelog=verbose', '-f', 's16le', '-ar', '8000', '-ac', '1', 'pipe:1']
  const args = ['-hide_banner', '-nostats', '-i', 'pipe:0', ...meter]
  const { stdout, stderr } = await programs.run({ program: 'ffmpeg', args, input: await blobs.open(key) })
  const [input = ''] = stderr.split('Output #0')
  return {
    format: /^Input #0, (\w+)/m.exec(input)?.[1],
    codec: /Audio: (\w+)/.exec(input)?.[1],
    chapters: all(/Chapter #0:\d+:[^\n]*\n\s+Metadata:\s*\n\s+title\s*: ([^\n]*)/g, input),
    samples: new Int16Array(stdout.buffer, stdout.byteOffset, stdout.byteLength >> 1),
    lufs: Number(/I:\s+(-?[\d.]+) LUFS/.exec(stderr.slice(stderr.lastIndexOf('Summary')))?.[1]),
  }
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

/** Files that ffmpeg makes of an input, all by one run; `{}` in the arguments stands for the next one's path. */
export const generated = async (
  programs: Programs,
  input: AsyncIterable<Uint8Array>,
  args: readonly string[],
): Promise<Uint8Array[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-heard-'))
  try {
    const named = args.map((arg, place) => (arg === '{}' ? join(folder, String(place)) : arg))
    const files = named.filter((_, place) => args[place] === '{}')
    await programs.run({ program: 'ffmpeg', args: ['-loglevel', 'error', ...named], input })
    return await Promise.all(files.map((file) => readFile(file)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
