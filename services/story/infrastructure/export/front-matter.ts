import type { Book } from '../../domain/book.ts'
import { canonicalLanguage, directionOf, type Labels, labelsFor } from './language.ts'
import { oneLine } from './text.ts'

/** A file of the publication as its manifest, reading order and table of contents see it. */
export interface Item {
  id: string
  /** Relative to the package document. */
  href: string
  /** Media type; XHTML if missing. */
  type?: string
  properties?: string
  label?: string
  /** In the reading order. */
  spine?: boolean
  /** In the table of contents. */
  listed?: boolean
  /** Part of the story itself. */
  body?: boolean
}

export const PATHS = {
  package: 'EPUB/package.opf',
  style: 'style.css',
  cover: 'cover.svg',
  coverPage: 'cover.xhtml',
  titlePage: 'title.xhtml',
  characters: 'characters.xhtml',
  nav: 'nav.xhtml',
}

/** What stands before the story, clean but not yet escaped. */
export interface FrontMatter {
  title: string
  /** Empty if the book names none. */
  author: string
  description: string
  language: string
  direction: 'ltr' | 'rtl'
  labels: Labels
  characters: { name: string; role: string; description: string }[]
  /** `#rrggbb`. */
  accentColor: string
}

const DEFAULT_ACCENT = '#2f4858'

/** The front matter of a book; roles are named in its language, a title of nothing printable becomes a dash. */
export const frontOf = (book: Book): FrontMatter => {
  const language = canonicalLanguage(book.language)
  const labels = labelsFor(language)
  const accent = book.theme?.accentColor ?? ''
  return {
    title: oneLine(book.title) || '–',
    author: oneLine(book.author),
    description: oneLine(book.description),
    language,
    direction: directionOf(language),
    labels,
    characters: book.characters.map((character) => {
      const role = oneLine(character.role)
      return {
        name: oneLine(character.name) || '–',
        role: labels.roles.get(role.toLowerCase()) ?? role,
        description: oneLine(character.description),
      }
    }),
    accentColor: /^#[0-9a-f]{6}$/i.test(accent) ? accent.toLowerCase() : DEFAULT_ACCENT,
  }
}
