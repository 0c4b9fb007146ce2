import type { Vocabulary } from '../language.ts'
import { type Mention, mentionOf } from '../mention.ts'
import type { Token } from '../tokens.ts'
import { germanNoun } from './nouns.ts'
import { TITLES } from './titles.ts'

/** Without the apostrophe of a genitive. */
export const lemmaOf = (token: Token): string => token.lower.replace(/'s?$/u, '')

/** A run of capitals that names somebody, with its title, or a bare noun. */
export const nameAt = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  const first = tokens[from] as Token
  if (!first.capital || !first.word) return undefined
  const lower = lemmaOf(first)
  const title = lower in TITLES
  let end = from + 1
  if (title && tokens[end]?.text === '.') end += 1
  const named = names.isName(lower)
  const noun = germanNoun(lower)
  if (title || named) {
    while (end < tokens.length) {
      const token = tokens[end] as Token
      const being = germanNoun(lemmaOf(token)) !== undefined
      if (
        token.capital &&
        token.word &&
        (names.isName(lemmaOf(token)) || title) &&
        (!being || (title && end === from + 1))
      )
        end += 1
      else break
      if (title && end > from + 3) break
    }
  }
  const parts = tokens.slice(from, end)
  const text = parts
    .map((part) => part.text.replace(/'s?$/u, ''))
    .join(' ')
    .replaceAll(' .', '.')
  if (title && end > from + 1 && parts.filter((part) => part.word).length > 1)
    return mentionOf(from, end, 'name', text, { gender: TITLES[lower], noun })
  // "Löwen lagen darin": several, unless an article says otherwise.
  if (noun && lower.endsWith('n') && !noun.lemma.endsWith('n')) return undefined
  if (noun && !noun.plural && (noun.kind !== 'person' || named || title || first.initial))
    return mentionOf(from, from + 1, 'noun', parts[0]?.text ?? text, { head: noun.lemma, noun, gender: noun.gender })
  return named
    ? mentionOf(
        from,
        end,
        'name',
        text.replace(/(?<=[^s])s$/u, (s) => (names.isName(text.slice(0, -1).toLowerCase()) ? '' : s)),
        { gender: first.gender },
      )
    : undefined
}
