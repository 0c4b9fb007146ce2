import { setTimeout as sleep } from 'node:timers/promises'
import { type SpeechEngine, SpeechError, type Spoken } from '../domain/engine.ts'
import { speakerOf } from '../domain/recorded.ts'
import { charactersOf, type Speech, textOf } from '../domain/speech.ts'
import { alignWords } from '../domain/timing.ts'
import type { Ports } from './ports.ts'

type SpeakPorts = Pick<Ports, 'speeches' | 'engines' | 'studio' | 'clock'>

/** Something to be said for somebody. */
export interface Saying {
  ownerId: string
  key: string
  speech: Speech
  /** Which run pays for it. */
  runId: string
  /** Whose turn it is where many wait. */
  turn: string
}

const lookAgainMs = 150
/** As long as whoever asked is taken to be at it: then the engine is asked what became of it. */
const settleMs = 185_000

const unknown = () => new SpeechError('lost', 'SPEECH_UNKNOWN', 'nobody knows whether this was said and paid for')

const never = new AbortController().signal

/** What became of a speech that somebody asked for and did not live to hear. Undefined: the engine never heard of it. */
const recovered = async (engine: SpeechEngine, speech: Speech, since: Date): Promise<Spoken | undefined> => {
  if (!engine.find) throw unknown()
  const found = await engine.find(speech, since, never)
  return found === 'ABSENT' ? undefined : found
}

/**
 * Has a paid engine say something. Its answer is waited for whoever has gone meanwhile, since it is paid for; one that is
 * lost is looked for where the engine keeps what it said.
 */
const askPaid = async (engine: SpeechEngine, { speech, turn }: Saying, since: Date): Promise<Spoken> => {
  try {
    return await engine.speak(speech, turn, never)
  } catch (error) {
    if (!(error instanceof SpeechError) || error.failure !== 'lost' || !engine.find) throw error
    const found = await recovered(engine, speech, since)
    if (found) return found
    // It may still be at it.
    throw new SpeechError('busy', 'SPEECH_UNSETTLED', error.message, { cause: error, retryAfterMs: settleMs })
  }
}

/**
 * Says something once, whoever asks for it and however often: what was said is answered from what is kept; that an
 * engine will be asked is written down first, so that after a crash nobody pays for the same unawares. Throws SpeechError.
 */
export const speak = ({ speeches, engines, studio, clock }: SpeakPorts) => {
  const make = async (saying: Saying, isCrashed: boolean, since: Date, signal: AbortSignal): Promise<number> => {
    const { ownerId, key, speech, turn } = saying
    const engine = engines.get(speech.engine)
    // What is paid for is not given up for any reason.
    const patience = engine.isPaid ? never : signal
    const said = isCrashed && engine.isPaid ? await recovered(engine, speech, since) : undefined
    const spoken = said ?? (await (engine.isPaid ? askPaid(engine, saying, since) : engine.speak(speech, turn, signal)))
    const prepared = await studio.prepare(spoken, speech.volume, patience)
    await studio.store(ownerId, key, prepared, patience)
    const words = prepared.words ?? alignWords(textOf(speech), prepared.sounding)
    await speeches.keep(ownerId, key, {
      durationMs: prepared.durationMs,
      words,
      exactWords: prepared.words !== undefined,
    })
    return prepared.durationMs
  }

  const note = async ({ ownerId, key, speech }: Saying, error: unknown): Promise<void> => {
    const isPaid = engines.get(speech.engine).isPaid
    if (!(error instanceof SpeechError)) {
      // Of what is paid for, the lease says when it is looked for.
      if (!isPaid) await speeches.giveUp(ownerId, key, 'failed', 'INTERRUPTED')
    } else if (error.failure === 'lost' && isPaid) await speeches.giveUp(ownerId, key, 'unknown', error.reason)
    else if (error.reason !== 'SPEECH_UNSETTLED') await speeches.giveUp(ownerId, key, 'failed', error.reason)
  }

  return async (saying: Saying, signal: AbortSignal): Promise<number> => {
    const { ownerId, key, speech, runId } = saying
    const { isPaid } = engines.get(speech.engine)
    for (;;) {
      const known = await speeches.find(ownerId, key)
      if (known?.state === 'ready') return known.durationMs
      if (known?.state === 'unknown') throw unknown()
      const { engine } = speech
      const about = { engine, characters: charactersOf(speech), isPaid, speakerId: speakerOf(speech) }
      const asked = await speeches.ask(ownerId, key, about, runId)
      if (asked === 'gone') throw new SpeechError('refused', 'ERASED', 'whoever it was for has left')
      if (asked === 'theirs') {
        await sleep(lookAgainMs, undefined, { signal })
        continue
      }
      try {
        const isCrashed = asked === 'crashed'
        return await make(saying, isCrashed, (isCrashed && known?.askedAt) || clock.now(), signal)
      } catch (error) {
        await note(saying, error)
        throw error
      }
    }
  }
}

export type Speak = ReturnType<typeof speak>
