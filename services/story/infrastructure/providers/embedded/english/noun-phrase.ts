import type { Vocabulary } from '../language.ts'
import { type Mention, mentionOf } from '../mention.ts'
import { type Token, words } from '../tokens.ts'
import { bare, isName, nameAt, POSSESSIVE } from './name-phrase.ts'
import { englishNoun } from './nouns.ts'

const RESTRICTING = words('in at with from behind on next')

const NOMINAL = words(
  'eldest oldest youngest elder younger first second third fourth fifth middle other smallest littlest',
)

const modifies = (token: Token): boolean =>
  token.pos === 'adjective' ||
  token.pos === 'noun' ||
  token.pos === 'proper' ||
  token.pos === 'adverb' ||
  token.pos === undefined ||
  (token.pos === 'verb' && /(?:ed|ing|en)$/u.test(token.lower)) ||
  NOMINAL.has(token.lower)

/** Words after a determiner up to the head: the first known being that no further noun follows, else the last noun. */
export const nounPhrase = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  let head = -1
  for (let i = from; i < Math.min(tokens.length, from + 7); i += 1) {
    const token = tokens[i] as Token
    if (!token.word) {
      if (token.text === ',' && head < 0 && tokens[i + 1]?.pos === 'adjective') continue
      break
    }
    const noun = englishNoun(bare(token.lower))
    const next = tokens[i + 1]
    if (noun) {
      head = i
      const more = next !== undefined && englishNoun(bare(next.lower)) !== undefined && !POSSESSIVE.test(token.text)
      const compound = next?.pos === 'noun' && !/s$/u.test(next.lower) && !POSSESSIVE.test(token.text)
      if (!more && !compound) break
      continue
    }
    if (!modifies(token)) break
    if (token.pos === 'adverb' && head >= 0) break
    if (token.pos === 'verb' && head >= 0) break
    if (token.pos !== 'adverb' && token.pos !== 'verb') head = i
    else if (token.pos === 'verb' && next && (next.pos === 'noun' || englishNoun(next.lower))) continue
    if (POSSESSIVE.test(token.text)) break
  }
  if (head < 0) return undefined
  const token = tokens[head] as Token
  const noun = englishNoun(bare(token.lower))
  let end = head + 1
  // "the miller Hans", "the Widow Brown": a name right behind the noun belongs to it.
  while (noun && !POSSESSIVE.test(token.text) && tokens[end]?.capital && isName(tokens[end] as Token, names)) end += 1
  const parts = tokens.slice(from, end)
  const name = tokens
    .slice(head + 1, end)
    .map((part) => bare(part.text))
    .join(' ')
  const text = parts
    .map((part) => bare(part.text))
    .join(' ')
    .replaceAll(' ,', ',')
  const nominal = NOMINAL.has(token.lower)
  if (!noun && token.capital && !nominal) {
    const name = nameAt(tokens, from, names)
    if (name) return name
  }
  return mentionOf(from, end, 'noun', text, {
    head: noun?.lemma ?? bare(token.lower),
    noun,
    gender: noun?.gender,
    plural: noun?.plural ?? /[^s']s$/u.test(token.lower),
    restricted: RESTRICTING.has(tokens[end]?.lower ?? ''),
    name: name || undefined,
    nominal: nominal && !noun,
    modifiers: parts
      .slice(0, head - from + (nominal ? 1 : 0))
      .filter((part) => part.word)
      .map((part) => bare(part.lower)),
  })
}
