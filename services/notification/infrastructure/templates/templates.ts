import { unavailable } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Templates, TemplateText, TemplateView } from '../../application/template-ports.ts'
import { isKind, kinds, type MessageType } from '../../domain/kinds.ts'
import type { TemplateStore } from '../../domain/ports.ts'
import { type Localisation, Template } from '../../domain/template.ts'
import { compileTemplate } from './compile.ts'
import type { ShippedTexts } from './shipped.ts'
import type { StoredTexts } from './stored-texts.ts'
import { textPath } from './texts.ts'

type TemplateRow = Omit<TemplateView, 'locales'> & { localisations: readonly Localisation[] }

/** Throws TEMPLATE_INVALID for what is no template's text. */
export const checkText = async (source: string, locale: string): Promise<void> => {
  await compileTemplate(source, locale, locale).check()
}

const typeOf = (name: string): MessageType => (isKind(name) ? kinds[name].messageType : 'UPDATE')

/** The templates that operators made, in the database, and those that come with the platform. */
export const createTemplates = (
  database: Database,
  unit: () => UnitOfWork,
  shipped: ShippedTexts,
  stores: ReadonlyMap<TemplateStore['kind'], TemplateStore>,
  stored: StoredTexts,
): Templates => {
  const shippedView = (name: string): TemplateView => ({
    id: '',
    name,
    messageType: typeOf(name),
    storage: 'file',
    path: name,
    locales: [...(shipped.get(name)?.keys() ?? [])].sort(),
    version: 0,
    updatedAt: undefined,
  })
  const shippedText = (name: string, locale: string): TemplateText | undefined => {
    const source = shipped.get(name)?.get(locale)
    return source === undefined ? undefined : { locale, source, etag: undefined, isStale: false }
  }
  const storedText = async ({ name, storage, path }: Template, locale: string): Promise<TemplateText | undefined> => {
    // What went wrong with the storage was said where it was asked.
    const text = await stored.find({ storage, path: textPath(path, locale), locale }).catch(() => {
      throw unavailable('TEMPLATE_STORE_AWAY', `no text of ${name} can be had from ${storage}; try again`)
    })
    return text && { locale, ...text }
  }
  return {
    findByName: async (name) => (await unit().select(Template, 'name = $1', name))[0],
    add: (template) => unit().add(template),
    remove: (template) => unit().remove(template),
    shipped: (name) => (shipped.has(name) ? shippedView(name) : undefined),
    textOf: async (template, locale) => {
      if (typeof template === 'string') return shippedText(template, locale)
      const localisation = template.localisations.find((each) => each.locale === locale)
      if (!localisation) return undefined
      const { source } = localisation
      if (source === undefined) return storedText(template, locale)
      return { locale, source, etag: undefined, isStale: false }
    },
    list: async (after, limit) => {
      const rows = (await database.sql(
        `select id, name, message_type as "messageType", storage, path, localisations, version,
           updated_at as "updatedAt" from templates where name > $1 order by name limit $2::integer`,
        after,
        limit,
      )) as unknown as TemplateRow[]
      const made = rows.map(({ localisations, ...row }) => ({ ...row, locales: localisations.map((l) => l.locale) }))
      const replaced = new Set(made.map(({ name }) => name))
      const others = [...shipped.keys()].filter((name) => name > after && !replaced.has(name)).map(shippedView)
      return [...made, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, limit)
    },
    exists: async (name) => {
      if (shipped.has(name)) return true
      return (await database.sql('select 1 from templates where name = $1', name)).length > 0
    },
    isConfigured: (storage) => storage === 'database' || stores.has(storage),
    check: ({ source = '', locale }) => checkText(source, locale),
  }
}
