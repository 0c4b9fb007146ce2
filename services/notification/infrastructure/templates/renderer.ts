import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Renderer, RenderRequest } from '../../application/template-ports.ts'
import type { Value } from '../../domain/delivery-state.ts'
import { type CompiledTemplate, compileTemplate } from './compile.ts'
import { formatLocaleOf, type Shown, type Values } from './message.ts'
import type { Text, Texts } from './texts.ts'

const mostCompiled = 500

const baseOf = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? ''

/** Dates and numbers are written as the reader's region does, where the text is in the reader's language at all. */
const formatLocaleFor = (language: string, { locale }: Text): string =>
  formatLocaleOf(baseOf(language) === baseOf(locale) ? language : locale)

const amount = (minorUnits: number, currency: string, locale: string): string => {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  return format.format(minorUnits / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const shown = (value: Value, locale: string, names: ReadonlyMap<string, string>): Shown => {
  if (!(value instanceof Object)) return value
  if ('at' in value) return new Date(value.at)
  if ('person' in value) return names.get(value.person) ?? '—'
  return amount(value.minorUnits, value.currency, locale)
}

/** Makes texts of templates. `urlOf` gives the absolute address of a path. */
export const createRenderer = (texts: Texts, urlOf: (path: string) => string): Renderer => {
  const compiled = new LRUCache<string, CompiledTemplate>({ max: mostCompiled })

  const compiledOf = (text: Text, formatLocale: string): CompiledTemplate => {
    const key = `${hash('sha256', text.source)} ${text.locale} ${formatLocale}`
    const known = compiled.get(key)
    if (known) return known
    const made = compileTemplate(text.source, text.locale, formatLocale)
    compiled.set(key, made)
    return made
  }

  const ready = async ({ template, data, extra, names, language }: RenderRequest) => {
    const text = await texts.find(template, language)
    const locale = formatLocaleFor(language, text)
    const entries = Object.entries(data).map(([name, value]) => [name, shown(value, locale, names)] as const)
    const url = typeof data.path === 'string' ? { url: urlOf(data.path) } : {}
    const values: Values = { ...url, ...Object.fromEntries(entries), ...extra }
    return { text, values, template: compiledOf(text, locale) }
  }

  return {
    mail: async (request) => {
      const { text, values, template } = await ready(request)
      const rendering = await template.render(values, request.timeZone, request.unsubscribeUrl)
      return { ...rendering, language: text.locale, madeFrom: text.madeFrom }
    },
    brief: async (request) => {
      const { text, values, template } = await ready(request)
      return { ...template.brief(values, request.timeZone), language: text.locale, madeFrom: text.madeFrom }
    },
  }
}
