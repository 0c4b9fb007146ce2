import { DomainError } from '#shared/domain/errors.ts'
import type { Blobs } from '#shared/infrastructure/blobs/blobs.ts'
import { sampleRate, wavRange } from '#shared/infrastructure/sound/pcm.ts'
import { type SpeechEngine, SpeechError } from '../../domain/engine.ts'
import { placeOfRecording } from '../../domain/recorded.ts'

/** People who said it themselves: a line is cut out of their recording, as it is. */
export const recordedEngine = (blobs: Pick<Blobs, 'open'>): SpeechEngine => ({
  name: 'recorded',
  model: '',
  isPaid: false,
  microsPerCharacter: 0,
  stock: [],
  takesManner: false,
  speak: async (speech, _turn, signal) => {
    const { blob, startMs, endMs } = placeOfRecording(speech)
    try {
      const chunks: Uint8Array[] = []
      for await (const chunk of await blobs.open(blob, wavRange(startMs, endMs))) {
        signal.throwIfAborted()
        chunks.push(chunk)
      }
      return { pcm: Buffer.concat(chunks), sampleRate }
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'not-found')
        throw new SpeechError('refused', 'RECORDING_GONE', 'the recording is not there any more', { cause: error })
      throw error
    }
  },
})
