import type { FoundEmotion } from '../../../domain/analysis.ts'
import { type Feelings, feelingsOf } from './emotion-words.ts'
import type { Breathe } from './pace.ts'
import type { ReadSpan } from './reading.ts'
import { type Token, words } from './tokens.ts'

interface Word {
  emotion: string
  intensity: number
}

interface Sense {
  find(lower: string): Word | undefined
  intensifiers: ReadonlySet<string>
  diminishers: ReadonlySet<string>
  negations: ReadonlySet<string>
  /** German denies a verb behind it. */
  negatesBehind: boolean
}

const MOST = 1000
const DEFAULT_INTENSITY = 5
/** Words looked back over for "very", "a little", "not". */
const LOOK_BACK = 3

const compile = (feelings: Feelings, code: string): Sense => {
  const exact = new Map<string, Word>()
  const prefixes = new Map<string, Word>()
  for (const [emotion, text] of Object.entries(feelings.lexicon)) {
    const entries = text.split(/\s+/u).filter(Boolean)
    for (const [i, entry] of entries.entries()) {
      if (/^\d+$/u.test(entry)) continue
      const given = Number(entries[i + 1])
      const word = { emotion, intensity: Number.isNaN(given) ? DEFAULT_INTENSITY : given }
      if (entry.endsWith('*')) prefixes.set(entry.slice(0, -1), word)
      else exact.set(entry, word)
    }
  }
  const find = (lower: string): Word | undefined => {
    const whole = exact.get(lower)
    if (whole) return whole
    for (let length = lower.length; length >= 2; length -= 1) {
      const word = prefixes.get(lower.slice(0, length))
      if (word) return word.intensity > 0 ? word : undefined
    }
    return undefined
  }
  const { intensifiers, diminishers, negations } = feelings
  return {
    find,
    intensifiers: words(intensifiers),
    diminishers: words(diminishers),
    negations: words(negations),
    negatesBehind: code === 'de',
  }
}

/** Feeling of one sentence: its strongest emotion, with what strengthens, weakens or denies it taken into account. */
const feel = (tokens: Token[], sense: Sense): Word | undefined => {
  const felt = new Map<string, number>()
  for (const [i, token] of tokens.entries()) {
    const word = sense.find(token.lower)
    if (!word) continue
    const before = tokens.slice(Math.max(0, i - LOOK_BACK), i).map(({ lower }) => lower)
    const after = tokens.slice(i + 1, i + 1 + LOOK_BACK).map(({ lower }) => lower)
    const denied =
      (sense.negatesBehind && after.includes('nicht')) ||
      before.some((lower) => sense.negations.has(lower) || lower.endsWith("n't"))
    if (denied && word.emotion !== 'joy') continue
    const stronger = before.slice(-1).some((lower) => sense.intensifiers.has(lower)) ? 2 : 0
    const weaker = before.slice(-1).some((lower) => sense.diminishers.has(lower)) ? 2 : 0
    const emotion = denied ? 'sadness' : word.emotion
    const intensity = denied ? 4 : word.intensity + stronger - weaker
    const known = felt.get(emotion)
    felt.set(emotion, known === undefined ? intensity : Math.max(known, intensity) + 1)
  }
  const [strongest] = [...felt].sort((a, b) => b[1] - a[1])
  if (!strongest) return undefined
  const exclaimed = tokens.some(({ text }) => text === '!') ? 1 : 0
  return { emotion: strongest[0], intensity: Math.min(10, Math.max(1, strongest[1] + exclaimed)) }
}

/** The emotions a story shows, sentence by sentence, in order; of very many only the strongest. */
export const findEmotions = async (
  content: string,
  spans: ReadSpan[],
  code: string,
  breathe: Breathe,
): Promise<FoundEmotion[]> => {
  const feelings = feelingsOf(code)
  if (!feelings) return []
  const sense = compile(feelings, code)
  const found: FoundEmotion[] = []
  for (const span of spans) {
    for (const { tokens, start, end } of span.sentences) {
      const word = feel(tokens, sense)
      if (word)
        found.push({
          ...word,
          quote: content.slice(start, end).replace(/^[\s,;.:—–-]+/u, ''),
          segmentIndex: span.index,
        })
    }
    await breathe()
  }
  const faintest = found.map(({ intensity }) => intensity).sort((a, b) => b - a)[MOST]
  return faintest === undefined ? found : found.filter(({ intensity }) => intensity > faintest).slice(0, MOST)
}
