import { retryAfterMs } from '#shared/infrastructure/retry-after.ts'
import { readWav } from '#shared/infrastructure/sound/pcm.ts'
import { type CloneSample, type SpeechEngine, SpeechError, type Spoken } from '../../domain/engine.ts'
import { type Speech, textOf } from '../../domain/speech.ts'
import type { Word } from '../../domain/timing.ts'
import { answered, unanswered } from './vendor-errors.ts'

/** Voices of its library that every account has. */
const stock = [
  'JBFqnCBsd6RMkjVDRZzb',
  'EXAVITQu4vr4xnSDxMaL',
  'onwK4e9ZLuTAKqWW03F9',
  'XB0fDUnXU5powFXDhCwa',
  'TX3LPaxmHKxFdv7VOQHJ',
  'pFZP5JQG7iQjIQuC4Bku',
  'nPczCjzI2devNBz1zQrb',
]
const pcmRate = 24_000
const patienceMs = 120_000

interface Alignment {
  characters: string[]
  character_start_times_seconds: number[]
  character_end_times_seconds: number[]
}

/** Words out of characters that are timed one by one. */
const wordsOf = (alignment: Alignment | undefined): Word[] | undefined => {
  if (!alignment) return undefined
  const words: Word[] = []
  let isWithin = false
  for (const [at, character] of alignment.characters.entries()) {
    const [start = 0, end = start] = [
      alignment.character_start_times_seconds[at],
      alignment.character_end_times_seconds[at],
    ]
    const isPart = /[\p{L}\p{N}'’-]/u.test(character)
    const last = words.at(-1)
    if (isPart && isWithin && last) {
      last.text += character
      last.endMs = Math.round(end * 1000)
    } else if (isPart) words.push({ text: character, startMs: Math.round(start * 1000), endMs: Math.round(end * 1000) })
    isWithin = isPart
  }
  return words.filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
}

interface HistoryItem {
  history_item_id: string
  voice_id: string
  model_id?: string
  text: string
  date_unix: number
}

/** The vendor's clock may be behind ours. */
const slackSeconds = 120

/**
 * ElevenLabs, or what speaks like it at `baseUrl`. It takes no key for one request, but keeps what it said: what became
 * of a lost answer is found there by voice, text and time. It clones voices.
 */
export const elevenlabsEngine = (options: {
  apiKey: string
  baseUrl: string
  model: string
  microsPerCharacter: number
}): SpeechEngine => {
  const { apiKey, baseUrl, model, microsPerCharacter } = options

  const request = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    signal.throwIfAborted()
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
      const headers = { 'xi-api-key': apiKey, ...(init.headers as Record<string, string> | undefined) }
      const response = await fetch(new URL(path, baseUrl), { ...init, headers, signal: limit })
      if (response.ok) return response
      const wait = retryAfterMs(response.headers)
      const code = await response.text()
      throw answered(response.status, { code, ...(wait === undefined ? {} : { retryAfterMs: wait }) })
    } catch (cause) {
      throw cause instanceof SpeechError ? cause : unanswered(cause)
    }
  }

  const jsonOf = async <T>(response: Response): Promise<T> => {
    try {
      return (await response.json()) as T
    } catch (cause) {
      throw unanswered(cause)
    }
  }

  const post = (path: string, body: unknown, signal: AbortSignal): Promise<Response> =>
    request(
      path,
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      signal,
    )

  const settingsOf = ({ rate, manner }: Speech) => {
    const strength = Number(manner.split(' ')[1] ?? 0) / 10
    return {
      stability: 0.55 - 0.25 * strength,
      similarity_boost: 0.75,
      style: 0.5 * strength,
      speed: Math.min(1.2, Math.max(0.7, rate)),
    }
  }

  const cloneName = (id: string): string => `troupe-${id}`
  const findClone = async (id: string, signal: AbortSignal): Promise<string | undefined> => {
    const path = `/v2/voices?page_size=100&search=${encodeURIComponent(cloneName(id))}`
    const found = await jsonOf<{ voices?: { voice_id: string; name: string }[] }>(await request(path, {}, signal))
    return found.voices?.find(({ name }) => name === cloneName(id))?.voice_id
  }

  return {
    name: 'elevenlabs',
    model,
    isPaid: true,
    microsPerCharacter,
    stock,
    takesManner: true,
    speak: async (speech, _turn, signal): Promise<Spoken> => {
      const path = `/v1/text-to-speech/${encodeURIComponent(speech.voice)}/with-timestamps?output_format=pcm_24000`
      const body = { text: textOf(speech), model_id: speech.model, voice_settings: settingsOf(speech) }
      const answer = await jsonOf<{ audio_base64: string; alignment?: Alignment }>(await post(path, body, signal))
      const pcm = Buffer.from(answer.audio_base64, 'base64')
      const words = wordsOf(answer.alignment)
      return { pcm: pcm.subarray(0, pcm.length - (pcm.length % 2)), sampleRate: pcmRate, ...(words ? { words } : {}) }
    },
    find: async (speech, since, signal) => {
      const path = `/v1/history?page_size=1000&voice_id=${encodeURIComponent(speech.voice)}`
      const { history } = await jsonOf<{ history: HistoryItem[] }>(await request(path, {}, signal))
      const [text, from] = [textOf(speech), since.getTime() / 1000 - slackSeconds]
      const item = history.find(
        (one) =>
          one.voice_id === speech.voice &&
          one.text === text &&
          one.date_unix >= from &&
          (!one.model_id || one.model_id === speech.model),
      )
      if (!item) return 'ABSENT'
      const download = { history_item_ids: [item.history_item_id], output_format: 'wav' }
      const answer = await post('/v1/history/download', download, signal)
      const sound = readWav(new Uint8Array(await answer.arrayBuffer()))
      if (!sound) throw new SpeechError('busy', 'SPEECH_UNAVAILABLE', 'the provider answered no sound')
      return sound
    },
    clone: async (id, samples, signal) => {
      // What was cloned before a crash has this name already.
      const known = await findClone(id, signal)
      if (known) return known
      const form = new FormData()
      form.set('name', cloneName(id))
      for await (const { name, wav } of samples() as AsyncIterable<CloneSample>)
        form.append('files', new Blob([Buffer.from(wav)], { type: 'audio/wav' }), name)
      try {
        const { voice_id } = await jsonOf<{ voice_id: string }>(
          await request('/v1/voices/add', { method: 'POST', body: form }, signal),
        )
        return voice_id
      } catch (error) {
        if (!(error instanceof SpeechError) || error.failure !== 'lost') throw error
        const made = await findClone(id, signal)
        if (made) return made
        throw new SpeechError('busy', 'SPEECH_UNAVAILABLE', 'the provider did not answer', { cause: error })
      }
    },
    removeClone: async (clonedAs, signal) => {
      try {
        await request(`/v1/voices/${encodeURIComponent(clonedAs)}`, { method: 'DELETE' }, signal)
      } catch (error) {
        const isGone = error instanceof SpeechError && error.reason === 'SPEECH_REFUSED'
        if (!isGone) throw error
      }
    },
  }
}
