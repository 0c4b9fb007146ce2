import { combined, deliveryOf } from '../domain/delivery.ts'
import type { SpeechEngine } from '../domain/engine.ts'
import type { Pronunciation } from '../domain/lexicon.ts'
import { type CastVoice, identityOf, partsOf, type Speech } from '../domain/speech.ts'

interface Said {
  text: string
  emotion: string
  intensity: number
  language: string
}

/** What an engine is asked to say, with what only some engines can do left out for the others. */
export const composeSpeech = (
  cast: CastVoice,
  { takesManner }: Pick<SpeechEngine, 'takesManner'>,
  { text, emotion, intensity, language }: Said,
  lexicon: readonly Pronunciation[],
): Speech => {
  const delivery = combined(cast.delivery, deliveryOf(emotion, intensity))
  const isEmbedded = cast.engine === 'embedded'
  const isMoved = emotion !== '' && emotion !== 'neutral'
  return {
    engine: cast.engine,
    model: cast.model,
    voice: cast.voice,
    language: cast.language || language,
    parts: partsOf(cast.engine, text, cast.language || language, lexicon),
    manner: takesManner && isMoved ? `${emotion} ${intensity}` : '',
    ...(isEmbedded ? delivery : { ...delivery, pitch: 0, range: 1 }),
  }
}

/** The key of what sounds the same. */
export const speechKey = (hash: (text: string) => string, speech: Speech): string => hash(identityOf(speech))
