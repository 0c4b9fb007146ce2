import type { Vocabulary } from '../language.ts'
import type { Mention } from '../mention.ts'
import { pronounAt } from '../pronoun.ts'
import { type Sentence, type Token, words } from '../tokens.ts'
import { CONTRACTED, determiner, GENITIVE_FEMININE, OBLIQUE } from './determiners.ts'
import { nameAt } from './name-phrase.ts'
import { nounPhrase } from './noun-phrase.ts'
import { POINTING, PRONOUNS } from './pronouns.ts'

const PREPOSITIONS =
  words(`mit von zu bei nach aus in an auf über unter vor hinter neben zwischen für gegen ohne durch um seit
trotz wegen während gegenüber samt bis ${[...CONTRACTED].join(' ')}`)

const COMPARING = words('wie als')

/** Nouns, names and pronouns of a German sentence; the case of the article tells who cannot be the subject. */
export const germanMentions = ({ tokens }: Sentence, names: Vocabulary): Mention[] => {
  const found: Mention[] = []
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token
    const before = tokens[i - 1]
    const prepositional = before !== undefined && PREPOSITIONS.has(before.lower)
    const compared = before !== undefined && COMPARING.has(before.lower) && tokens[i + 2]?.pos !== 'verb'
    const contracted = CONTRACTED.has(token.lower)
    const definiteness = contracted ? 'definite' : determiner(token)
    const phrase = definiteness ? nounPhrase(tokens, i + 1, token, names) : undefined
    if (phrase) {
      const pronounLike = phrase.noun?.gender
      const oblique =
        prepositional ||
        contracted ||
        OBLIQUE.test(token.lower) ||
        (GENITIVE_FEMININE.test(token.lower) &&
          (pronounLike === 'f' || phrase.plural || /(?:ung|heit|keit|schaft|ion)$/u.test(phrase.head)))
      found.push({
        ...phrase,
        start: i,
        definiteness: definiteness ?? 'bare',
        oblique,
        compared,
        negated: /^(?:kein|jed|welch)/u.test(token.lower),
      })
      i = phrase.end
      continue
    }
    const pointing = token.initial && tokens[i + 1]?.pos === 'verb' ? POINTING[token.lower] : undefined
    const pronoun = pointing ?? (token.capital && !token.initial ? undefined : PRONOUNS[token.lower])
    if (pronoun) {
      found.push(pronounAt(i, token.lower, pronoun, prepositional))
      i += 1
      continue
    }
    const name = nameAt(tokens, i, names)
    if (!name) {
      i += 1
      continue
    }
    const genitive = tokens[name.end]?.capital === true && /[^s]s$|'$/u.test((tokens[name.end - 1] as Token).text)
    found.push({ ...name, oblique: prepositional || genitive, compared })
    i = name.end
  }
  return found
}
