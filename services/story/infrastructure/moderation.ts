import type { Moderator } from '../domain/ports.ts'

const fewestWords = 20

// Words that have no other meaning; those that have one (a chink of light, a faggot of sticks) stand in old tales.
const slurs =
  /(?<![\p{L}\p{N}])(?:n[i1]gg(?:er|a)s?|k[i1]kes?|ragheads?|towelheads?|wetbacks?|kanaken?|sudacas?)(?![\p{L}\p{N}])/iu

const minor = `(?:child(?:ren)?|minors?|underage|toddlers?|school(?:girl|boy)s?|(?:[1-9]|1[0-7])[ -]years?[ -]old|kind(?:er)?|minderjährige[rn]?|niñ[oa]s?|menor(?:es)?)`
const explicit = String.raw`(?:porn\p{L}*|erotic\p{L}*|erotisch\p{L}*|erótic\p{L}*|orgasm\p{L}*|masturbat\p{L}*|fellatio|cunnilingus|sexual intercourse|geschlechtsverkehr)`
const near = String.raw`(?:[^\p{L}\p{N}]+[\p{L}\p{N}'’-]+){0,12}?[^\p{L}\p{N}]+`
const word = (pattern: string) => String.raw`(?<![\p{L}\p{N}])${pattern}(?![\p{L}\p{N}])`
const abuse = [
  new RegExp(word(minor) + near + word(explicit), 'iu'),
  new RegExp(word(explicit) + near + word(minor), 'iu'),
  /(?<!\p{L})kinderporn\p{L}*/iu,
]

// Tab, line feed, form feed, carriage return and next line are layout.
const control = /(?![\t\n\f\r\u0085])\p{Cc}/u

const hasWords = (text: string, language: string, least: number): boolean => {
  let words = 0
  for (const { isWordLike } of new Intl.Segmenter(language, { granularity: 'word' }).segment(text)) {
    if (isWordLike) words += 1
    if (words >= least) return true
  }
  return false
}

/** Checks texts by a few rules of our own. What they let through is not thereby good. */
export const ruleModerator = (): Moderator => ({
  problems: async ({ title, content, language }) => {
    if (!/\S/.test(content)) return ['The story has no text.']
    const whole = `${title}\n${content}`
    const problems: string[] = []
    if (!hasWords(content, language, fewestWords)) problems.push(`The text has fewer than ${fewestWords} words.`)
    if (control.test(whole)) problems.push('The text contains control characters; remove them.')
    if (slurs.test(whole)) problems.push('The text contains slurs.')
    if (abuse.some((pattern) => pattern.test(whole))) problems.push('The text sexualises minors.')
    return problems
  },
})
