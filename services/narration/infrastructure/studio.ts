import { createHash } from 'node:crypto'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Laboratory } from '#shared/infrastructure/sound/laboratory.ts'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { takeIn } from '#shared/infrastructure/sound/take-in.ts'
import type { SampleKey, Studio } from '../application/studio.ts'
import { SpeechError } from '../domain/engine.ts'
import { encodeSounds, joinSounds } from './sound/join.ts'

const root = 'narration'

const kinds = ['pcm', 'mp3', 'opus']

const speechBlob = (ownerId: string, key: string): string => `${root}/speeches/${ownerId}/${key}`
const voiceFolder = ({ userId, voiceId }: Pick<SampleKey, 'userId' | 'voiceId'>): string =>
  `${root}/samples/${userId}/${voiceId}`
const sampleBlob = (key: SampleKey): string => `${voiceFolder(key)}/${key.sampleId}.wav`

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

const bytesOf = async (content: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Everything that is done to sound: arithmetic in threads, encoding by ffmpeg, files as blobs. */
export const soundStudio = (
  { blobs, programs }: Pick<Kernel, 'blobs' | 'programs'>,
  laboratory: Laboratory,
): Studio => ({
  prepare: async ({ pcm, sampleRate: rate, words }, volume, signal) => {
    const prepared = await laboratory.prepare({ pcm, sampleRate: rate, volume }, signal)
    if (!prepared) throw new SpeechError('refused', 'SPEECH_SILENT', 'the engine made no sound of this text')
    const { cutMs, ...sound } = prepared
    const moved = (ms: number) => Math.min(sound.durationMs, Math.max(0, Math.round(ms - cutMs)))
    return {
      ...sound,
      words: words?.map((word) => ({ ...word, startMs: moved(word.startMs), endMs: moved(word.endMs) })),
    }
  },
  store: async (ownerId, key, { pcm }, signal) => {
    await blobs.put(`${speechBlob(ownerId, key)}.pcm`, once(pcm), { contentType: 'application/octet-stream', signal })
  },
  encode: (ownerId, keys, turn, signal) =>
    encodeSounds(
      { blobs, programs },
      keys.map((key) => speechBlob(ownerId, key)),
      turn,
      signal,
    ),
  join: async ({ narrationId, ownerId, title, language, parts, chapters, alone }, onProgress, signal) => {
    const about = JSON.stringify([title, language, parts, chapters])
    const into = `${root}/stories/${ownerId}/${narrationId}/${createHash('sha256').update(about).digest('hex')}`
    const files = { mp3: `${into}.mp3`, opus: `${into}.opus` }
    const singles = alone.map((key) => speechBlob(ownerId, key))
    const turn = narrationId
    // Joined before, maybe by whoever did not live to say so.
    if ((await blobs.touch(files.mp3)) && (await blobs.touch(files.opus))) {
      if (singles.length > 0) await encodeSounds({ blobs, programs }, singles, turn, signal)
      return { ...files, durationMs: parts.reduce((sum, part) => sum + part.durationMs + part.pauseMs, 0) }
    }
    const sounds = parts.map((part) => ({ ...part, blob: `${speechBlob(ownerId, part.key)}.pcm` }))
    const joining = { parts: sounds, title, language, chapters, into, alone: singles, turn }
    const { durationMs } = await joinSounds({ blobs, programs }, joining, onProgress, signal)
    return { ...files, durationMs }
  },
  takeIn: async (key, data, signal) => {
    const taken = await takeIn({ programs, laboratory }, data, key.userId, signal)
    const wav = wavOf(taken.pcm)
    await blobs.put(sampleBlob(key), once(wav), { contentType: 'audio/wav', signal })
    return { durationMs: taken.durationMs, size: wav.byteLength, measured: taken.measures }
  },
  sample: async (key) => bytesOf(await blobs.open(sampleBlob(key))),
  removeSpeeches: (speeches) =>
    blobs.remove(speeches.flatMap(({ ownerId, key }) => kinds.map((kind) => `${speechBlob(ownerId, key)}.${kind}`))),
  removeSamples: (keys) => blobs.remove(keys.map(sampleBlob)),
  removeSound: async (sound) => {
    if (sound) await blobs.remove([sound.mp3, sound.opus])
  },
  erase: async (userId) => {
    for (const kind of ['speeches', 'samples', 'stories'])
      for await (const { key } of blobs.list(`${root}/${kind}/${userId}/`)) await blobs.remove([key])
  },
  speechKeys: (ownerId, key) => ({ mp3: `${speechBlob(ownerId, key)}.mp3`, opus: `${speechBlob(ownerId, key)}.opus` }),
  sampleBlob,
})
