import OpenAI from 'openai'
import { retryAfterMs } from '#shared/infrastructure/retry-after.ts'
import { type SpeechEngine, SpeechError } from '../../domain/engine.ts'
import { type Speech, textOf } from '../../domain/speech.ts'
import { answered, unanswered } from './vendor-errors.ts'

const stock = ['sage', 'onyx', 'nova', 'ash', 'shimmer', 'echo', 'coral', 'fable', 'alloy', 'ballad', 'verse']
const pcmRate = 24_000
const patienceMs = 120_000

/** How much of an emotion, in words. */
const strengthOf = (intensity: number): string => (intensity >= 8 ? 'strong' : intensity >= 4 ? 'clear' : 'a little')

const instructionsOf = ({ manner }: Speech): string => {
  const [emotion, intensity] = manner.split(' ')
  const feeling = emotion ? ` with ${strengthOf(Number(intensity))} ${emotion}` : ''
  return `Read this passage of a story aloud${feeling}. Say exactly these words.`
}

const toSpeechError = (cause: unknown): SpeechError => {
  if (cause instanceof SpeechError) return cause
  if (cause instanceof OpenAI.APIConnectionError || !(cause instanceof OpenAI.APIError)) return unanswered(cause)
  const wait = retryAfterMs(cause.headers)
  const more = { code: String(cause.code ?? ''), cause, ...(wait === undefined ? {} : { retryAfterMs: wait }) }
  return cause.status === undefined ? unanswered(cause) : answered(cause.status, more)
}

/**
 * OpenAI's speech, or what speaks like it at `baseUrl`. It has neither a key for one request nor a way to ask what became
 * of it: an answer that is lost stays unknown. Its words are not timed.
 */
export const openaiEngine = (options: {
  apiKey: string
  baseUrl?: string
  model: string
  microsPerCharacter: number
}): SpeechEngine => {
  const { apiKey, baseUrl, model, microsPerCharacter } = options
  // It would ask, and pay, twice more by itself.
  const client = new OpenAI({
    apiKey,
    maxRetries: 0,
    timeout: patienceMs,
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
  })
  return {
    name: 'openai',
    model,
    isPaid: true,
    microsPerCharacter,
    stock,
    takesManner: true,
    speak: async (speech, _turn, signal) => {
      signal.throwIfAborted()
      try {
        const answer = await client.audio.speech.create(
          {
            model: speech.model,
            voice: speech.voice,
            input: textOf(speech),
            response_format: 'pcm',
            speed: Math.min(4, Math.max(0.25, speech.rate)),
            instructions: instructionsOf(speech),
          },
          { signal },
        )
        const pcm = new Uint8Array(await answer.arrayBuffer())
        return { pcm: pcm.subarray(0, pcm.byteLength - (pcm.byteLength % 2)), sampleRate: pcmRate }
      } catch (cause) {
        throw toSpeechError(cause)
      }
    },
  }
}
