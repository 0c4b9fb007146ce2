import { type Delivery, neutral } from './delivery.ts'
import type { CastVoice, EngineName } from './speech.ts'

/** The voices that come with an engine, the narrator's first. */
export interface StockVoices {
  engine: EngineName
  model: string
  voices: readonly string[]
}

/** Where an engine has fewer voices than a story has characters, the same ones speak higher or lower. */
const shifts = [0, 3, -3, 5, -5, 1.5, -1.5, 6.5]

/**
 * Voices for a story in which nobody was given one: the narrator's, and one for each character that no other has, as
 * long as there are voices. The same cast gets the same voices, and a character keeps its own when others come later.
 */
export const castFor = (
  stock: StockVoices,
  characterIds: readonly string[],
): { narrator: CastVoice; of(characterId: string): CastVoice } => {
  const { engine, model } = stock
  const [first = '', ...others] = stock.voices
  const voiceOf = (voice: string, delivery: Delivery): CastVoice => ({ engine, model, voice, language: '', delivery })
  const places = new Map(characterIds.map((id, place) => [id, place]))
  const pool = others.length > 0 ? others : [first]
  return {
    narrator: voiceOf(first, neutral),
    of: (characterId) => {
      const place = places.get(characterId)
      if (place === undefined) return voiceOf(first, neutral)
      const round = Math.floor(place / pool.length)
      const pitch = (shifts[round % shifts.length] ?? 0) + Math.floor(round / shifts.length) * 0.25
      return voiceOf(pool[place % pool.length] ?? first, { ...neutral, pitch })
    },
  }
}
