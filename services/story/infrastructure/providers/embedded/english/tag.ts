import nlp from 'compromise/two'
import type { PartOfSpeech, Sentence, Token } from '../tokens.ts'

interface Term {
  text: string
  tags: Set<string>
}

const ORDER: readonly (readonly [string, PartOfSpeech])[] = [
  ['Pronoun', 'function'],
  ['Preposition', 'preposition'],
  ['Determiner', 'function'],
  ['Conjunction', 'function'],
  ['QuestionWord', 'function'],
  ['Verb', 'verb'],
  ['Adverb', 'adverb'],
  ['ProperNoun', 'proper'],
  ['Adjective', 'adjective'],
  ['Noun', 'noun'],
]
const PLACES = ['Place', 'Date', 'WeekDay', 'Month', 'Organization', 'Demonym', 'Expression']

const posOf = (tags: Set<string>): PartOfSpeech | undefined => {
  for (const [tag, pos] of ORDER) if (tags.has(tag)) return pos
  return undefined
}

const apply = (token: Token, tags: Set<string>): void => {
  token.pos = posOf(tags)
  if (token.pos === 'proper' && PLACES.some((tag) => tags.has(tag))) token.pos = 'noun'
  token.gender = tags.has('MaleName') ? 'm' : tags.has('FemaleName') ? 'f' : undefined
}

/** Tags English by compromise, walking its terms and our tokens side by side. */
export const tagEnglish = ({ tokens }: Sentence): void => {
  const text = tokens.map((token) => token.text).join(' ')
  const document = nlp(text).document as unknown as Term[][]
  let from = 0
  for (const term of document.flat()) {
    if (term.text === '') continue
    const at = tokens.findIndex((token, i) => i >= from && i < from + 6 && sameWord(token.text, term.text))
    const token = tokens[at]
    if (!token) continue
    apply(token, term.tags)
    from = at + 1
  }
}

const sameWord = (token: string, term: string): boolean => {
  const [a, b] = [token.toLowerCase(), term.toLowerCase()]
  return a === b || a.startsWith(b) || b.startsWith(a)
}
