import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { DomainError } from '#shared/domain/errors.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import type { Extra, Renderer, RenderRequest } from '../../application/template-ports.ts'
import type { Value } from '../../domain/delivery-state.ts'
import { digestKind } from '../../domain/kinds.ts'
import { type CompiledTemplate, compileTemplate } from './compile.ts'
import { formatLocaleOf, type Shown, timeThere, type Values } from './message.ts'
import type { Text, Texts } from './texts.ts'
import { type Typeset, typesetOnce } from './typeset.ts'

const mostCompiled = 500
const complainAgainMs = 60 * 60_000

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
  if ('at' in value) return value.zone ? timeThere(locale, new Date(value.at), value.zone) : new Date(value.at)
  if ('person' in value) return names.get(value.person) ?? '—'
  return amount(value.minorUnits, value.currency, locale)
}

/** Makes texts of templates. `urlOf` gives the absolute address of a path. */
export const createRenderer = (
  texts: Texts,
  urlOf: (path: string) => string,
  log: Logger,
  typeset: Typeset = typesetOnce,
): Renderer => {
  const compiled = new LRUCache<string, CompiledTemplate>({ max: mostCompiled })
  const complained = new LRUCache<string, true>({ max: mostCompiled, ttl: complainAgainMs })

  const compiledOf = (text: Text, formatLocale: string): CompiledTemplate => {
    const key = `${hash('sha256', text.source)} ${text.locale} ${formatLocale}`
    const known = compiled.get(key)
    if (known) return known
    const made = compileTemplate(text.source, text.locale, formatLocale, typeset)
    compiled.set(key, made)
    return made
  }

  const ready = (text: Text, { data, extra, names, language }: RenderRequest) => {
    const locale = formatLocaleFor(language, text)
    const entries = Object.entries(data).map(([name, value]) => [name, shown(value, locale, names)] as const)
    const url = typeof data.path === 'string' ? { url: urlOf(data.path) } : {}
    const values: Values = { ...url, ...Object.fromEntries(entries), ...extra }
    return { values, template: compiledOf(text, locale) }
  }
  const brief = (text: Text, request: RenderRequest) => {
    const { values, template } = ready(text, request)
    return { ...template.brief(values, request.timeZone), language: text.locale, madeFrom: text.madeFrom }
  }

  const complain = (template: string, { reason }: DomainError) => {
    if (complained.has(template)) return
    complained.set(template, true)
    // What else the error says may hold values, which are people's own.
    log.warn('a text cannot be made; what is shown in its place is plainer', { template, reason })
  }
  const shippedBrief = (template: string, request: RenderRequest, extra: Extra = {}) => {
    const text = texts.shipped(template, request.language)
    try {
      return text && brief(text, { ...request, extra: { ...request.extra, ...extra } })
    } catch (error) {
      if (error instanceof DomainError) return undefined
      throw error
    }
  }
  const standIn = (request: RenderRequest & { kind: string }) => {
    const ofKind = shippedBrief(request.kind, request)
    if (ofKind) return ofKind
    const news = shippedBrief(digestKind, request, { count: 1 })
    return { title: news?.title ?? request.template, short: '' }
  }

  return {
    mail: async (request) => {
      const text = await texts.find(request.template, request.language)
      const { values, template } = ready(text, request)
      const rendering = await template.render(values, request.timeZone, request.unsubscribeUrl)
      return { ...rendering, language: text.locale, madeFrom: text.madeFrom }
    },
    brief: async (request) => brief(await texts.find(request.template, request.language), request),
    legible: async (request) => {
      try {
        const { title, short } = brief(await texts.find(request.template, request.language), request)
        return { title, short }
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        complain(request.template, error)
        return standIn(request)
      }
    },
  }
}
