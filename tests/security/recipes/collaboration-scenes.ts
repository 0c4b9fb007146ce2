import { wavOf } from '#shared/infrastructure/sound/pcm.ts'

const samplesPerMs = 24

/** A voice that says some lines, each as long as it is said to be, with pauses between. */
export const spoken = (linesMs: readonly number[], pauseMs = 600): Uint8Array => {
  const parts = linesMs.flatMap((ms) => {
    const line = Buffer.alloc(2 * samplesPerMs * ms)
    for (let at = 0; at < line.length / 2; at += 1) {
      // A dip in every third of a second makes syllables of it.
      const value = at % 8000 < 800 ? 0 : ((at % 160) / 160 - 0.5) * 12_000
      line.writeInt16LE(Math.round(value), at * 2)
    }
    return [line, Buffer.alloc(2 * samplesPerMs * pauseMs)]
  })
  return wavOf(Buffer.concat(parts))
}
