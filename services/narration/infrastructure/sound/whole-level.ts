import { ceiling, limitedPieces } from '#shared/infrastructure/sound/level.ts'
import { loudnessMeter } from '#shared/infrastructure/sound/loudness.ts'
import { sampleRate, toFloats, toPcm } from '#shared/infrastructure/sound/pcm.ts'

/** A store may cut a value in two. */
async function* floatsOf(pcm: AsyncIterable<Uint8Array>): AsyncIterable<Float32Array> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const chunk of pcm) {
    const bytes = rest.byteLength > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = bytes.byteLength - (bytes.byteLength % 2)
    rest = bytes.subarray(whole)
    yield toFloats(bytes.subarray(0, whole))
  }
}

async function* louder(sound: AsyncIterable<Float32Array>, gainDb: number): AsyncIterable<Float32Array> {
  const gain = 10 ** (gainDb / 20)
  for await (const piece of sound) yield piece.map((value) => value * gain)
}

const shaped = (pcm: AsyncIterable<Uint8Array>, gainDb: number): AsyncIterable<Float32Array> =>
  limitedPieces(louder(floatsOf(pcm), gainDb), sampleRate)

/** All of it louder or softer, with no peak that is too high. */
export async function* levelled(pcm: AsyncIterable<Uint8Array>, gainDb: number): AsyncIterable<Uint8Array> {
  for await (const piece of shaped(pcm, gainDb)) yield toPcm(piece)
}

const measured = async (sound: AsyncIterable<Float32Array>, signal: AbortSignal) => {
  const meter = loudnessMeter(sampleRate)
  for await (const piece of sound) {
    signal.throwIfAborted()
    meter.push(piece)
  }
  return { lufs: meter.lufs(), peak: meter.peak() }
}

const near = 0.2
const mostTries = 3

/** How many decibels bring the whole to a loudness: some more where peaks have to give way. */
export const gainFor = async (
  pcm: () => AsyncIterable<Uint8Array>,
  target: number,
  signal: AbortSignal,
): Promise<number> => {
  const { lufs, peak } = await measured(floatsOf(pcm()), signal)
  let gainDb = target - lufs
  if (peak * 10 ** (gainDb / 20) <= ceiling) return gainDb
  for (let tries = 0; tries < mostTries; tries += 1) {
    const missing = target - (await measured(shaped(pcm(), gainDb), signal)).lufs
    gainDb += missing
    if (Math.abs(missing) < near) break
  }
  return gainDb
}
