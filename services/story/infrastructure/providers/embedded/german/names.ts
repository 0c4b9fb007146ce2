import { genderOfFirstName, isFirstName } from '../first-names.ts'
import type { Vocabulary } from '../language.ts'
import { type Sentence, type Token, words } from '../tokens.ts'
import { germanNoun } from './nouns.ts'
import { TITLES } from './titles.ts'
import { germanSpeech } from './verbs.ts'

const DETERMINER =
  /^(?:d(?:er|ie|as|en|em|es)|ein(?:e|en|em|er|es)?|kein\w*|mein\w*|dein\w*|sein\w*|ihr\w*|unser\w*|eur\w*|dies\w*|jed\w*|jen\w*|viel\w*|alle\w*|zum|zur|im|am|beim|vom|ins|ans|etwas|nichts|mehr|wenig\w*|zwei|drei|vier|fünf|sechs|sieben|zehn|hundert|tausend|lauter|voll|voller|aller\w*|manch\w*|solch\w*|welch\w*)$/u
const PREPOSITION = words(
  'mit von zu bei nach aus in an auf über unter vor hinter neben zwischen für gegen ohne durch um seit trotz wegen wie als bis ab',
)
const ABSTRACT =
  /(?:ung|heit|keit|schaft|tum|nis|tion|ismus|tät|ling|ei|zeug|werk|stück|haus|wald|tür|zeit|tag|nacht|baum)$/u
const NEVER =
  words(`zeit angst hunger durst wasser brot gott leute menschen tage jahre wein milch gold silber geld holz feuer luft licht
liebe glück unglück recht unrecht schnee regen wind sturm mut freude schmerz tränen blumen kuchen fleisch blut tod leben ruhe
stille nacht tag morgen abend mittag frühling sommer herbst winter montag dienstag mittwoch donnerstag freitag samstag sonntag
januar februar märz april mai juni juli august september oktober november dezember weihnachten ostern nichts alles niemand jemand
deutsch herr frau danke bitte hilfe schluss ende anfang hause recht schuld lust schade dank guten gute ja nein ach oh doch nun
sie ihr ihnen ihre ihren ich du er es wir dich dir euch euer schritte worte stimmen augen hände füße dinge sachen majestät hoheit
kaffee tee bier suppe papier wort antwort geduld vorsicht vorsichtig achtung gewiss geist geduld platz stunden minuten
sekunden wochen monate male mal halt los hier da dort komm geh sieh hör wer was wo wie warum wann wenn als aber und oder denn`)

const bareName = (lower: string): string => lower.replace(/'s?$/u, '')

/** German writes every noun with a capital: a name is one that does without an article and acts, speaks or is called. */
export const germanNames = (sentences: readonly Sentence[]): Vocabulary => {
  const evidence = new Map<string, Evidence>()
  for (const { tokens } of sentences) {
    for (const [i, token] of tokens.entries()) {
      if (!token.word) continue
      const word = bareName(token.lower)
      const count = evidence.get(word) ?? { bare: 0, article: 0, speaks: 0, lower: 0, inside: 0 }
      evidence.set(word, count)
      if (!token.capital) {
        count.lower += 1
        continue
      }
      if (!token.initial) count.inside += 1
      token.gender ??= genderOfFirstName(word)
      judge(tokens, i, count)
    }
  }
  return {
    isName: (lower) => {
      if (NEVER.has(lower) || germanNoun(lower)) return false
      if (isFirstName(lower)) return true
      const count = evidence.get(lower)
      if (!count || count.inside === 0 || ABSTRACT.test(lower) || count.lower > count.bare) return false
      if (count.speaks > 0 && count.speaks + count.bare > count.article) return true
      return count.bare >= 2 && count.bare > 2 * count.article
    },
  }
}

interface Evidence {
  bare: number
  article: number
  speaks: number
  lower: number
  inside: number
}

const judge = (tokens: Token[], i: number, count: Evidence): void => {
  const before = tokens[i - 1]
  const after = tokens[i + 1]
  if (before?.capital && before.lower in TITLES) count.speaks += 1
  else if (before && DETERMINER.test(before.lower)) count.article += 1
  else if (
    before?.word &&
    !before.capital &&
    /(?:e|en|em|er|es)$/u.test(before.lower) &&
    DETERMINER.test(tokens[i - 2]?.lower ?? '')
  )
    count.article += 1
  else if (before && germanSpeech(before.lower) && !germanSpeech(before.lower)?.plural) count.speaks += 1
  else if (after && germanSpeech(after.lower) && (!before || !PREPOSITION.has(before.lower))) count.speaks += 1
  else if (before && PREPOSITION.has(before.lower)) return
  else if (before?.pos === 'verb' || after?.pos === 'verb' || (before === undefined && after?.text === ','))
    count.bare += 1
}
