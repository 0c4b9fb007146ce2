import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { levelsOf, soundingOf } from '#shared/infrastructure/sound/frames.ts'
import { readWav, sampleRate, toFloats, toPcm, wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { resample } from '#shared/infrastructure/sound/resample.ts'
import type { Soundtrack, Told } from '../domain/film.ts'

const characters = [
  { id: 'c', name: 'Clara', role: 'protagonist', traits: ['young girl'] },
  { id: 'w', name: 'the Wolf', role: 'supporting', traits: ['grim'] },
]

type Line = Pick<Told, 'text' | 'characterId' | 'emotion' | 'intensity'>

export const lines: readonly Line[] = [
  { text: 'Night fell over the dark forest.', characterId: '', emotion: 'fear', intensity: 6 },
  { text: 'Who walks under my trees?', characterId: 'w', emotion: 'anger', intensity: 8 },
  { text: 'Only me, dear wolf, on my way home.', characterId: 'c', emotion: 'joy', intensity: 5 },
]

const silence = (ms: number): Float32Array => new Float32Array((ms * sampleRate) / 1000)
const pauseMs = 900

/** Has lines spoken one after another, into an MP3 file, and says when each word of them is said. */
export const narrate = async (programs: Programs, said: readonly Line[], folder: string) => {
  const pieces = [silence(600)]
  const segments: Told[] = []
  const lengthMs = () => (pieces.reduce((sum, piece) => sum + piece.length, 0) * 1000) / sampleRate
  for (const line of said) {
    const { stdout } = await programs.run({ program: 'espeak', args: ['-s', '140', '--stdout', line.text] })
    const wav = readWav(stdout)
    if (!wav) throw new Error('espeak wrote no sound')
    const speech = resample(toFloats(wav.pcm), wav.sampleRate, sampleRate)
    const [from, to] = [lengthMs(), lengthMs() + (speech.length * 1000) / sampleRate]
    const heard = soundingOf(levelsOf(speech, sampleRate))
    const [startMs, endMs] = [from + (heard[0]?.startMs ?? 0), from + (heard.at(-1)?.endMs ?? to - from)]
    const words = line.text.match(/\p{L}+/gu) ?? []
    const step = (endMs - startMs) / words.length
    segments.push({
      ...{ ...line, startMs, endMs },
      words: words.map((text, at) => ({ text, startMs: startMs + at * step, endMs: startMs + (at + 1) * step })),
    })
    pieces.push(speech, silence(pauseMs))
  }
  const samples = Float32Array.from(pieces.flatMap((piece) => [...piece]))
  const [plain, sound] = [join(folder, 'speech.wav'), join(folder, 'sound.mp3')]
  await writeFile(plain, wavOf(toPcm(samples)))
  await programs.run({ program: 'ffmpeg', args: ['-v', 'error', '-i', plain, '-b:a', '64k', '-y', sound] })
  const durationMs = Math.round(lengthMs())
  const soundtrack: Soundtrack = {
    ...{
      title: 'The Wolf and the Lamp',
      author: 'Ada Holm',
      language: 'en',
      characters,
      segments,
      chapters: [],
      durationMs,
    },
  }
  return { sound, soundtrack }
}

/** When something begins to be heard in a file behind a silence, in milliseconds. */
export const onsetsIn = async (programs: Programs, path: string): Promise<number[]> => {
  const raw = ['-ac', '1', '-ar', String(sampleRate), '-f', 's16le', '-']
  const { stdout } = await programs.run({ program: 'ffmpeg', args: ['-v', 'error', '-i', path, '-map', '0:a', ...raw] })
  const heard = soundingOf(levelsOf(toFloats(stdout), sampleRate))
  return heard
    .filter(({ startMs }, at) => startMs - (heard[at - 1]?.endMs ?? 0) > pauseMs / 2)
    .map(({ startMs }) => startMs)
}
