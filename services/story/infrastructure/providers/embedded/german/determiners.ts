import type { Definiteness } from '../mention.ts'
import { type Gender, type Token, words } from '../tokens.ts'

const ARTICLES: Readonly<Record<string, Definiteness>> = {
  der: 'definite',
  die: 'definite',
  das: 'definite',
  den: 'definite',
  dem: 'definite',
  des: 'definite',
  ein: 'indefinite',
  eine: 'indefinite',
  einen: 'indefinite',
  einem: 'indefinite',
  einer: 'indefinite',
  eines: 'indefinite',
}

export const NUMBER = words('zwei drei vier fünf sechs sieben acht neun zehn elf zwölf viele einige mehrere')

export const POSSESSIVE = /^(?:mein|dein|sein|ihr|unser|euer|eur|unsr)(?:e|en|em|er|es)?$/u

const DEMONSTRATIVE = /^(?:dies|jen|jed|welch|solch|kein)(?:e|en|em|er|es)?$/u

export const CONTRACTED = words('zum zur im am beim vom ins ans aufs durchs fürs ums hinterm unterm übers')

export const OBLIQUE =
  /^(?:den|dem|des|einen|einem|eines|(?:mein|dein|sein|ihr|unser|eur|dies|jen|jed|kein)(?:en|em|es))$/u

export const GENITIVE_FEMININE = /^(?:der|einer|(?:mein|dein|sein|ihr|unser|eur|dies|jen|jed)er)$/u

/** How definite an article, a number or a pronoun before a noun makes it. */
export const determiner = (token: Token): Definiteness | undefined =>
  ARTICLES[token.lower] ??
  (NUMBER.has(token.lower) ? 'indefinite' : undefined) ??
  (POSSESSIVE.test(token.lower) ? 'possessive' : DEMONSTRATIVE.test(token.lower) ? 'definite' : undefined)

/** The gender an article gives a noun that no list has. */
export const genderOf = (article: string, head: Token): Gender | undefined => {
  if (/(?:chen|lein)$/u.test(head.lower)) return undefined
  if (
    article === 'die' ||
    article === 'eine' ||
    article === 'zur' ||
    /^(?:mein|dein|sein|ihr|unser|dies|jen)e$/u.test(article)
  )
    return 'f'
  if (article === 'einer') return 'f'
  if (article === 'den' || article === 'einen') return 'm'
  return article === 'der' ? 'm' : undefined
}
