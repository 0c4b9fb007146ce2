import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { sampleRate } from '#shared/infrastructure/sound/pcm.ts'

const sentence = 'The quick brown fox jumps over the lazy dog, and nobody in the village knows why.'

/** Somebody who speaks: a stand-in for a person at a microphone. */
export const speech = async (programs: Programs, voice = 'en+m3', text = sentence, more: readonly string[] = []) =>
  (await programs.run({ program: 'espeak', args: ['-v', voice, ...more, '--stdout', text] })).stdout

/** In pieces, as uploads come. */
export async function* inPieces(bytes: Uint8Array, size = 64 * 1024): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

export const tone = (hertz: number, seconds: number, rate = sampleRate, amplitude = 0.5) =>
  Float32Array.from({ length: seconds * rate }, (_, at) => amplitude * Math.sin((2 * Math.PI * hertz * at) / rate))
