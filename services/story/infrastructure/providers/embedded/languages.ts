import { english } from './english/english.ts'
import { german } from './german/german.ts'
import type { Language } from './language.ts'
import { neutral } from './neutral.ts'
import { spanish } from './spanish/spanish.ts'

const KNOWN: readonly Language[] = [english, german, spanish]

/** The rules for a BCP 47 tag, or those that fit any language. */
export const languageOf = (tag: string): Language => {
  const code = tag.trim().toLowerCase().split(/[-_]/u)[0]
  return KNOWN.find((language) => language.code === code) ?? neutral
}
