import { baseLanguage } from '../domain/story-text.ts'

const configs: Readonly<Record<string, string>> = {
  ar: 'arabic',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hu: 'hungarian',
  id: 'indonesian',
  it: 'italian',
  lt: 'lithuanian',
  nb: 'norwegian',
  ne: 'nepali',
  nl: 'dutch',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
}

const withoutRules = 'simple'

/** Every text search configuration of Postgres that a story may be indexed by. */
export const searchConfigs: readonly string[] = [...new Set([...Object.values(configs), withoutRules])]

/** The text search configuration of a language; one without stems or stop words where Postgres knows none. */
export const searchConfig = (language: string): string => configs[baseLanguage(language)] ?? withoutRules

const indexedBytes = 256 * 1024

/** How many characters of a text are indexed: those in its first 256 KiB, which fit into a tsvector however odd. */
export const searchChars = (content: string): number => {
  if (Buffer.byteLength(content) <= indexedBytes) return content.length
  let bytes = 0
  let characters = 0
  for (const character of content) {
    bytes += Buffer.byteLength(character)
    if (bytes > indexedBytes) break
    characters += 1
  }
  return characters
}
