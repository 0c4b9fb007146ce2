import { IntlMessageFormat } from 'intl-messageformat'
import { LRUCache } from 'lru-cache'
import { invalid } from '#shared/domain/errors.ts'
import { templateInvalid } from './parse.ts'

/** What is written into a mail as it is, in both of its forms. */
export interface Block {
  html: string
  text: string
}

/** A value as texts get it. */
export type Shown = string | number | Date | Block

export type Values = Readonly<Record<string, Shown>>

/** Text as it is, or an expression in braces. */
export type Piece = { kind: 'literal'; text: string } | { kind: 'expression'; source: string }

const endOfExpression = (text: string, start: number): number => {
  let depth = 0
  let isQuoted = false
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at]
    // In ICU an apostrophe quotes only before what would mean something.
    if (letter === "'" && (isQuoted || /[{}#]/.test(text[at + 1] ?? ''))) isQuoted = !isQuoted
    else if (!isQuoted && letter === '{') depth += 1
    else if (!isQuoted && letter === '}') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  throw templateInvalid(`a brace is not closed: ${text.slice(start, start + 60)}`)
}

/** Takes a text apart. What stands outside of braces is no ICU: apostrophes are apostrophes there. */
export const piecesOf = (text: string): Piece[] => {
  const pieces: Piece[] = []
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{', at)
    const literal = text.slice(at, open < 0 ? undefined : open)
    if (literal.includes('}')) throw templateInvalid(`a brace is not opened: ${literal.slice(0, 60)}`)
    if (literal !== '') pieces.push({ kind: 'literal', text: literal })
    if (open < 0) break
    const end = endOfExpression(text, open)
    pieces.push({ kind: 'expression', source: text.slice(open, end) })
    at = end
  }
  return pieces
}

/** An expression in a language: what it says of values in a time zone. */
export type Say = (values: Values, zone: string) => string

// Whoever reads says in which language and zone, so that there is no end to what may be asked for.
const recent = <T extends object | string>() => new LRUCache<string, T>({ max: 500 })

const numberFormats = recent<Intl.NumberFormat>()
const dateFormats = recent<Intl.DateTimeFormat>()
const pluralRules = recent<Intl.PluralRules>()
const formatLocales = recent<string>()

const kept = <T extends object | string>(cache: LRUCache<string, T>, key: string, make: () => T): T => {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}

/**
 * What of a language tag says how dates and numbers are written: language, script and region, and a calendar, a clock or
 * digits that there are.
 */
export const formatLocaleOf = (tag: string): string =>
  kept(formatLocales, tag, () => new Intl.DateTimeFormat(tag).resolvedOptions().locale)

const dateFormatIn = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(dateFormats, JSON.stringify([locale, options]), () => new Intl.DateTimeFormat(locale, options))

/** A time where something takes place, with the name of the zone there: most of its readers are in it, and not all. */
export const timeThere = (locale: string, at: Date, timeZone: string): string => {
  const time = dateFormatIn(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }).format(at)
  const parts = dateFormatIn(locale, { timeZoneName: 'longGeneric', timeZone }).formatToParts(at)
  return `${time} (${parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone})`
}

const formattersIn = (zone: () => string) => ({
  getNumberFormat: (locales?: string | string[], options?: Intl.NumberFormatOptions) =>
    kept(numberFormats, JSON.stringify([locales, options]), () => new Intl.NumberFormat(locales, options)),
  getDateTimeFormat: (locales?: string | string[], options?: Intl.DateTimeFormatOptions) =>
    kept(
      dateFormats,
      JSON.stringify([locales, options, zone()]),
      () => new Intl.DateTimeFormat(locales, { ...options, timeZone: zone() }),
    ),
  getPluralRules: (locales?: string | string[], options?: Intl.PluralRulesOptions) =>
    kept(pluralRules, JSON.stringify([locales, options]), () => new Intl.PluralRules(locales, options)),
})

const plainName = /^\{\s*([A-Za-z_]\w*)\s*\}$/

const parsed = (source: string, locale: string, zone: () => string): IntlMessageFormat => {
  try {
    const formatters = formattersIn(zone) as never
    return new IntlMessageFormat(source, locale, undefined, { ignoreTag: true, formatters })
  } catch (error) {
    throw templateInvalid(`${source.slice(0, 60)}: ${(error as Error).message}`)
  }
}

/** Makes an expression. Throws TEMPLATE_INVALID when it is none of ICU MessageFormat. */
export const expression = (source: string, locale: string): Say => {
  // Of what is being said: saying it waits for nothing.
  let current = 'UTC'
  const message = parsed(source, locale, () => current)
  return (values, zone) => {
    current = zone
    try {
      return String(message.format(values as never))
    } catch (error) {
      throw invalid('data', 'VALUE_MISSING', `${source.slice(0, 60)}: ${(error as Error).message}`)
    }
  }
}

/** The name in an expression that is nothing but a name. */
export const nameIn = (source: string): string | undefined => plainName.exec(source)?.[1]
