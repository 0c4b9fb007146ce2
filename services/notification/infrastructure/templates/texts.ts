import { LRUCache } from 'lru-cache'
import { notFound, unavailable } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { closestOf, fallbackChain } from '../../domain/locale.ts'
import type { Localisation, Storage } from '../../domain/template.ts'
import type { ShippedTexts } from './shipped.ts'
import type { StoredTexts } from './stored-texts.ts'

const rememberedMs = 2_000

/** A text, and which one it is. */
export interface Text {
  source: string
  locale: string
  madeFrom: string
}

/** Finds the text of a template for a reader. */
export interface Texts {
  /** In the language closest to `language`. Throws TEMPLATE_NOT_FOUND, TEMPLATE_STORE_AWAY. */
  find(template: string, language: string): Promise<Text>
  /** The one that comes with the platform, if any does. */
  shipped(template: string, language: string): Text | undefined
}

interface Row {
  storage: Storage
  path: string
  localisations: readonly Localisation[]
  version: number
}

/** Where a storage has a text of a template. */
export const textPath = (folder: string, locale: string): string => `${folder}/${locale}.mjml`

const readRow = async (database: Database, name: string): Promise<Row | undefined> => {
  const [row] = await database.sql('select storage, path, localisations, version from templates where name = $1', name)
  return row as unknown as Row | undefined
}

const sourceOf = ({ localisations }: Row, locale: string) =>
  localisations.find((each) => each.locale === locale)?.source

/** What operators have put in place of a shipped text goes before it; where it cannot be had, that one is taken. */
export const createTexts = (database: Database, shipped: ShippedTexts, stored: StoredTexts): Texts => {
  const rows = new LRUCache<string, { row: Row | undefined }>({ max: 500, ttl: rememberedMs })

  const shippedText = (template: string, language: string, note = ''): Text | undefined => {
    const texts = shipped.get(template)
    const locale = texts && closestOf(language, [...texts.keys()])
    const source = locale && texts.get(locale)
    return source ? { source, locale, madeFrom: `${template}/${locale}, shipped${note}` } : undefined
  }

  const ofRow = async (template: string, row: Row, language: string): Promise<Text | undefined> => {
    const tags = row.localisations.map(({ locale }) => locale)
    const chain = fallbackChain(language)
      .map((tag) => closestOf(tag, tags))
      .filter((tag, index, all) => tag !== undefined && all.indexOf(tag) === index) as string[]
    for (const locale of chain) {
      const about = `${template}/${locale}, version ${row.version}`
      if (row.storage === 'database') return { source: sourceOf(row, locale) ?? '', locale, madeFrom: about }
      const text = await stored.find({ storage: row.storage, path: textPath(row.path, locale), locale })
      if (!text) continue
      const note = text.isStale ? ', last known copy' : ''
      return { source: text.source, locale, madeFrom: `${about} of ${row.storage}${note}` }
    }
    return undefined
  }

  const rowOf = async (template: string): Promise<Row | undefined> => {
    const known = rows.get(template)
    if (known) return known.row
    const row = await readRow(database, template)
    rows.set(template, { row })
    return row
  }

  return {
    shipped: shippedText,
    find: async (template, language) => {
      const row = await rowOf(template)
      if (!row) {
        const text = shippedText(template, language)
        if (text) return text
        throw notFound('TEMPLATE_NOT_FOUND', `there is no template ${template}`)
      }
      // What went wrong with the storage was said where it was asked.
      const found = await ofRow(template, row, language).catch(() => undefined)
      const text = found ?? shippedText(template, language, `, for ${row.storage} does not have it at present`)
      if (text) return text
      throw unavailable('TEMPLATE_STORE_AWAY', `no text of ${template} can be had from ${row.storage}; try again`)
    },
  }
}
