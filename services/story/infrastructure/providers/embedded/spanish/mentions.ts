import type { Vocabulary } from '../language.ts'
import { type Mention, mentionOf } from '../mention.ts'
import { pronounAt } from '../pronoun.ts'
import { type Sentence, type Token, words } from '../tokens.ts'
import { BEFORE } from './adjectives.ts'
import { DETERMINERS } from './determiners.ts'
import { nameAt } from './name-phrase.ts'
import { nounPhrase } from './noun-phrase.ts'
import { spanishNoun } from './nouns.ts'
import { isObject } from './objects.ts'
import { POINTING, PRONOUNS } from './pronouns.ts'

const PREPOSITIONS = words(
  `a al de del con en para por hacia sobre sin ante contra desde hasta entre tras bajo según como junto que`,
)

const ONE_OF = words('uno una alguno alguna cualquiera ninguno ninguna otro otra')

const COMPARING = words('como que cual')

/** Nouns, names and pronouns of a Spanish sentence; whoever stands behind a preposition is not the subject. */
export const spanishMentions = ({ tokens }: Sentence, names: Vocabulary): Mention[] => {
  const found: Mention[] = []
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token
    const before = tokens[i - 1]
    const contracted = token.lower === 'al' || token.lower === 'del'
    const prepositional =
      contracted || (before !== undefined && PREPOSITIONS.has(before.lower) && before.lower !== 'que')
    const link = /^s[oó]lo$/u.test(before?.lower ?? '') ? tokens[i - 2] : before
    const compared =
      link !== undefined && COMPARING.has(link.lower) && !(link.lower === 'que' && hasVerb(tokens, i)) && !token.initial
    const one =
      ONE_OF.has(token.lower) && tokens[i + 1]?.lower === 'de' ? DETERMINERS[tokens[i + 2]?.lower ?? ''] : undefined
    const several = one?.[2] ? nounPhrase(tokens, i + 3, one, names) : undefined
    if (several?.noun) {
      // The one stands for all: a group is one character.
      found.push({ ...several, start: i, plural: false, definiteness: 'definite', oblique: prepositional, compared })
      i = several.end
      continue
    }
    const determiner = DETERMINERS[token.lower]
    const phrase = determiner ? nounPhrase(tokens, i + 1, determiner, names) : undefined
    if (phrase && determiner) {
      const oblique = prepositional || (isObject(tokens, i, determiner[0]) && tokens[phrase.end]?.lower !== 'que')
      found.push({
        ...phrase,
        start: i,
        definiteness: phrase.definiteness === 'indefinite' ? 'indefinite' : determiner[0],
        oblique,
        compared,
      })
      i = phrase.end
      continue
    }
    const pronoun = PRONOUNS[token.lower] ?? (tokens[i + 1]?.word ? undefined : POINTING[token.lower])
    if (pronoun) {
      found.push(pronounAt(i, token.lower, pronoun, prepositional))
      i += 1
      continue
    }
    const name = nameAt(tokens, i, names) ?? calledAt(tokens, i) ?? parentAt(tokens, i)
    if (name) found.push({ ...name, oblique: prepositional, compared })
    i = name ? name.end : i + 1
  }
  return found
}

/** "Buenos días, abuelita.", "hija mía": a being that stands alone between marks is spoken to. */
const calledAt = (tokens: Token[], at: number): Mention | undefined => {
  const token = tokens[at] as Token
  const noun = spanishNoun(token.lower)
  const before = tokens[at - 1]
  const mine = /^m[ií]as?$|^míos?$/u.test(tokens[at + 1]?.lower ?? '')
  const after = tokens[at + (mine ? 2 : 1)]
  const qualified = before !== undefined && BEFORE.has(before.lower) && tokens[at - 2]?.word !== true
  if (!noun || after?.word || (before?.word && !qualified)) return undefined
  return mentionOf(at, at + (mine ? 2 : 1), 'noun', token.text, {
    head: noun.lemma,
    noun,
    gender: noun.gender,
    plural: noun.plural,
  })
}

const PARENTS = words('mamá papá mami papi yaya')

/** "dijo mamá desde la puerta": one's own, called like a name. */
const parentAt = (tokens: Token[], at: number): Mention | undefined => {
  const { lower, text } = tokens[at] as Token
  const noun = PARENTS.has(lower) ? spanishNoun(lower) : undefined
  return (
    noun &&
    mentionOf(at, at + 1, 'noun', text, { head: noun.lemma, noun, gender: noun.gender, definiteness: 'definite' })
  )
}

const hasVerb = (tokens: Token[], i: number): boolean => tokens.slice(i, i + 6).some((token) => token.pos === 'verb')
