import { invalid } from '#shared/domain/errors.ts'
import { plainText } from '#shared/domain/plain-text.ts'

/** Text as it is kept: composed (NFC), without white space at its ends. Throws INVALID_TEXT. */
export const tidy = (field: string, text: string): string => plainText(field, text).normalize('NFC').trim()

/** The same, which must say something. Throws `INVALID_<FIELD>`. */
export const saying = (field: string, text: string): string => {
  const tidied = tidy(field, text)
  if (tidied === '') throw invalid(field, `INVALID_${field.toUpperCase()}`, 'must not be blank')
  return tidied
}

/** A title of 3–200 characters. Throws INVALID_TITLE. */
export const eventTitle = (text: string): string => {
  const title = tidy('title', text)
  const length = [...title].length
  if (length < 3 || length > 200) throw invalid('title', 'INVALID_TITLE', 'must have 3–200 characters')
  return title
}

/** What categories and tags are compared by: lower case, with single spaces. */
export const labelKey = (text: string): string =>
  text.normalize('NFC').toLowerCase().normalize('NFC').trim().replace(/\s+/g, ' ')

/** A category. Throws INVALID_CATEGORY. */
export const category = (text: string): string => saying('category', labelKey(text))

/** Tags, each once, in the order in which they are first said; blank ones say nothing. */
export const tagList = (texts: readonly string[]): string[] =>
  [...new Set(texts.map((text) => labelKey(plainText('tags', text))))].filter((tag) => tag !== '')
