import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Laboratory } from '#shared/infrastructure/sound/laboratory.ts'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { type RecordingLimits, takeIn } from '#shared/infrastructure/sound/take-in.ts'
import type { RecordingKey, Studio } from '../application/ports.ts'

const root = 'collaboration/recordings'
// A line may be one short word.
const limits: RecordingLimits = { mostBytes: 40 * 1024 * 1024, mostSeconds: 300, leastSpeechMs: 200 }

export const recordingBlob = ({ sessionId, contributionId }: RecordingKey): string =>
  `${root}/${sessionId}/${contributionId}.wav`

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Recordings: taken in by the kernel, kept as blobs. */
export const recordingStudio = (
  { blobs, programs }: Pick<Kernel, 'blobs' | 'programs'>,
  laboratory: Laboratory,
): Studio => ({
  takeIn: async (key, data, turn, signal) => {
    const { pcm, durationMs, sounding, measures } = await takeIn({ programs, laboratory }, data, turn, signal, limits)
    const wav = wavOf(pcm)
    await blobs.put(recordingBlob(key), once(wav), { contentType: 'audio/wav', signal })
    return { durationMs, size: wav.byteLength, sounding, measured: measures }
  },
  blobOf: recordingBlob,
  remove: (keys) => blobs.remove(keys.map(recordingBlob)),
  removeOfSession: async (sessionId) => {
    for await (const { key } of blobs.list(`${root}/${sessionId}/`)) await blobs.remove([key])
  },
})
