import { invalid } from '#shared/domain/errors.ts'

/** Another way to say a word. */
export interface Pronunciation {
  word: string
  /** Canonical BCP 47 tag; empty for every language. */
  language: string
  /** Mnemonics of the embedded engine; empty for none. */
  phonemes: string
  /** How other engines are to read it; empty for none. */
  respelling: string
}

/** The most that one author may have. */
export const mostPronunciations = 1000

/** What words are compared by. */
export const wordKey = (word: string): string => word.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()

/** Mnemonics as the embedded engine reads them. Throws INVALID_PHONEMES. */
export const phonemesOf = (text: string): string => {
  const phonemes = text.trim()
  if (/^[\x21-\x5a\x5e-\x7e _:;,'-]*$/.test(phonemes)) return phonemes
  throw invalid('phonemes', 'INVALID_PHONEMES', "must be mnemonics of the embedded engine like h@l'oU")
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const speaks = ({ language }: Pronunciation, spoken: string): boolean =>
  language === '' || spoken === language || spoken.startsWith(`${language}-`)

/** A text in parts: what is read as it stands, and words that are said in a way of their own. */
export interface LexiconPart {
  text: string
  as?: Pronunciation
}

/** Finds the words of a lexicon in a text, whole words only and the longest first; the parts together are the text. */
export const findWords = (text: string, language: string, lexicon: readonly Pronunciation[]): LexiconPart[] => {
  const entries = lexicon.filter((entry) => speaks(entry, language))
  // What is said of one language goes before what is said of all.
  const byWord = new Map(
    entries.toSorted((a, b) => a.language.length - b.language.length).map((entry) => [wordKey(entry.word), entry]),
  )
  if (byWord.size === 0) return [{ text }]
  const words = [...byWord.keys()].toSorted((a, b) => b.length - a.length).map(escaped)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  const parts: LexiconPart[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(pattern)) {
    const as = byWord.get(wordKey(found))
    if (!as) continue
    if (index > from) parts.push({ text: text.slice(from, index) })
    parts.push({ text: found, as })
    from = index + found.length
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}
