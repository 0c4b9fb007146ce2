import type { Vocabulary } from '../language.ts'
import type { Mention } from '../mention.ts'
import { pronounAt } from '../pronoun.ts'
import { type Sentence, type Token, words } from '../tokens.ts'
import { DETERMINERS } from './determiners.ts'
import { calledAt, nameAt, POSSESSIVE } from './name-phrase.ts'
import { nounPhrase } from './noun-phrase.ts'
import { PRONOUNS } from './pronouns.ts'

const PREPOSITIONS =
  words(`of to for with from by at in on into onto upon over under behind beside besides between among
about against near toward towards after before without through around across like than past inside outside`)

const COMPARING = words('like than as')

/** Nouns, names and pronouns of an English sentence. */
export const englishMentions = ({ tokens }: Sentence, names: Vocabulary): Mention[] => {
  const found: Mention[] = []
  let owner: string | undefined
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token
    const before = tokens[i - 1]
    const prepositional = before !== undefined && PREPOSITIONS.has(before.lower) && !isConjunction(before, tokens, i)
    const compared = before !== undefined && COMPARING.has(before.lower) && !token.initial
    const pronoun = PRONOUNS[token.lower]
    if (pronoun) {
      found.push(pronounAt(i, token.lower, pronoun, prepositional))
      i += 1
      continue
    }
    const definiteness = owner === undefined ? DETERMINERS[token.lower] : 'possessive'
    const from = owner === undefined && definiteness ? i + 1 : i
    const phrase = definiteness ? nounPhrase(tokens, from, names) : undefined
    const name = phrase ? undefined : (nameAt(tokens, i, names) ?? calledAt(tokens, i))
    const one = phrase ?? name
    if (!one) {
      owner = undefined
      i += 1
      continue
    }
    const last = tokens[one.end - 1] as Token
    const owning = POSSESSIVE.test(last.text) && tokens[one.end]?.word === true
    found.push({
      ...one,
      start: i,
      definiteness: definiteness ?? 'bare',
      oblique: prepositional || owning,
      compared,
      owner,
    })
    owner = owning ? one.text : undefined
    i = one.end
  }
  return found
}

const isConjunction = (before: Token, tokens: Token[], i: number): boolean =>
  (before.lower === 'after' || before.lower === 'before' || before.lower === 'than') &&
  tokens.slice(i, i + 5).some((token) => token.pos === 'verb')
