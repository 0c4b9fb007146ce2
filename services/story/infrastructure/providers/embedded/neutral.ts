import type { Language } from './language.ts'
import { type Mention, mentionOf } from './mention.ts'
import { type Sentence, type Token, words } from './tokens.ts'

const nameOf = (tokens: Token[], i: number, isName: (lower: string) => boolean): Mention | undefined => {
  const token = tokens[i] as Token
  if (!token.capital || !isName(token.lower)) return undefined
  let end = i + 1
  while (tokens[end]?.capital && isName((tokens[end] as Token).lower)) end += 1
  const text = tokens
    .slice(i, end)
    .map((part) => part.text)
    .join(' ')
  return mentionOf(i, end, 'name', text)
}

/** For languages without rules of their own: words with a capital inside the sentence are names, and nothing else is known. */
export const neutral: Language = {
  code: 'und',
  narrator: 'Narrator',
  tag: () => undefined,
  names: (sentences: readonly Sentence[]) => {
    const inside = new Map<string, number>()
    for (const { tokens } of sentences) {
      for (const token of tokens) {
        if (!token.word || token.initial) continue
        inside.set(token.lower, (inside.get(token.lower) ?? 0) + (token.capital ? 1 : -2))
      }
    }
    return { isName: (lower) => (inside.get(lower) ?? 0) >= 2 }
  },
  mentions: ({ tokens }, names) => {
    const found: Mention[] = []
    for (let i = 0; i < tokens.length; ) {
      const name = nameOf(tokens, i, names.isName)
      if (name) found.push(name)
      i = name ? name.end : i + 1
    }
    return found
  },
  noun: () => undefined,
  speech: () => undefined,
  trait: () => undefined,
  elders: words(''),
  youths: words(''),
  relatives: words(''),
  dropsSubject: false,
  offspring: words(''),
  child: '',
  kin: {
    father: '',
    mother: '',
    stepmother: '',
    wife: '',
    husband: '',
    son: '',
    daughter: '',
    king: '',
    queen: '',
    prince: '',
    princess: '',
    grandfather: '',
    grandmother: '',
  },
  rulers: words(''),
  stative: words(''),
  agentive: words(''),
  casesAlike: true,
  siblings: [],
  and: '',
  naming: words(''),
  turning: words(''),
  serving: words(''),
  copulas: words(''),
  joining: words(''),
  subordinators: words(''),
  honorifics: words(''),
  times: words(''),
  voices: words(''),
  selfNaming: undefined,
  presenting: undefined,
  stopWords: words(''),
}
