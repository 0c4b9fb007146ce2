/** What a language's rules see in a word; `undefined` when they see nothing in particular. */
export type PartOfSpeech = 'verb' | 'noun' | 'proper' | 'adjective' | 'adverb' | 'preposition' | 'function'

export type Gender = 'm' | 'f'

export interface Token {
  text: string
  lower: string
  /** UTF-16 offset in the content. */
  start: number
  end: number
  word: boolean
  capital: boolean
  /** First word of its sentence, where a capital says nothing. */
  initial: boolean
  pos: PartOfSpeech | undefined
  gender: Gender | undefined
}

export interface Sentence {
  start: number
  end: number
  tokens: Token[]
}

const TOKEN = /[\p{L}\p{M}\p{N}]+(?:['’\-‑][\p{L}\p{M}\p{N}]+)*['’]?(?=s?\b|$|\s|[^\p{L}])|\S/gu
const WORD = /[\p{L}\p{N}]/u
const CAPITAL = /^\p{Lu}/u
const CLOSING = /^[.!?…]$/u
const ABBREVIATION = /^(?:mr|mrs|ms|dr|st|prof|capt|col|gen|sr|sra|srta|d|dña|fr|hr|nr|ud|uds|\p{L})$/iu

/** Words and marks of a stretch of the content, grouped into sentences. `opens` says whether it starts a sentence. */
export const sentencesOf = (content: string, start: number, end: number, opens = true): Sentence[] => {
  const sentences: Sentence[] = []
  let current: Token[] = []
  let initial = opens
  const flush = (): void => {
    const [first] = current
    const last = current.at(-1)
    if (first && last) sentences.push({ start: first.start, end: last.end, tokens: current })
    current = []
  }
  for (const match of content.slice(start, end).matchAll(TOKEN)) {
    const text = match[0].replaceAll('’', "'")
    const at = start + match.index
    const previous = current.at(-1)
    const word = WORD.test(text)
    if (word && previous && CLOSING.test(previous.text)) {
      const before = current.at(-2)
      const abbreviated = previous.text === '.' && before !== undefined && ABBREVIATION.test(before.text)
      if (!abbreviated && !/^\p{Ll}/u.test(text)) {
        flush()
        initial = true
      }
    }
    current.push({
      text,
      lower: text.toLowerCase(),
      start: at,
      end: at + match[0].length,
      word,
      capital: CAPITAL.test(text),
      initial: initial && word,
      pos: undefined,
      gender: undefined,
    })
    if (word) initial = false
  }
  flush()
  return sentences
}

/** A set from a line of words. */
export const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/u).filter(Boolean))
