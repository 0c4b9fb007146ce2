import { genderOfFirstName, isFirstName } from '../first-names.ts'
import type { Vocabulary } from '../language.ts'
import { type Sentence, words } from '../tokens.ts'
import { englishNoun } from './nouns.ts'

const NEVER =
  words(`i the a an and but or so then oh ah ha hey hello hi well yes no not now here there this that what who where
when why how if in on at by for from to of as with after before once one two three all every each some many most my your his
her its our their we you he she it they please come go look listen let god lord heaven monday tuesday wednesday thursday
friday saturday sunday january february march april may june july august september october november december christmas easter
english german french spanish chapter part sir madam majesty highness nobody somebody someone everyone everybody nothing
something perhaps maybe never always only even still just very again also soon later meanwhile suddenly finally because
though although while until since both neither either such another other others none good bad old little big mother father`)

interface Count {
  inside: number
  initial: number
  lower: number
  proper: number
}

/** A word is a name when its capital cannot come from the start of a sentence, or compromise knows it as one. */
export const englishNames = (sentences: readonly Sentence[]): Vocabulary => {
  const counts = new Map<string, Count>()
  for (const { tokens } of sentences) {
    for (const token of tokens) {
      if (!token.word) continue
      const word = token.lower.replace(/'s?$/u, '')
      const count = counts.get(word) ?? { inside: 0, initial: 0, lower: 0, proper: 0 }
      counts.set(word, count)
      if (!token.capital) count.lower += 1
      else if (token.initial) count.initial += 1
      else count.inside += 1
      if (token.pos === 'proper') count.proper += 1
      if (token.capital) token.gender ??= genderOfFirstName(word)
    }
  }
  return {
    isName: (lower) => {
      const count = counts.get(lower)
      if (!count || NEVER.has(lower) || englishNoun(lower)) return false
      if (count.inside > count.lower) return true
      return count.lower === 0 && count.initial > 0 && (isFirstName(lower) || count.proper > 0)
    },
  }
}
