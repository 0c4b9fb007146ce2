import { escapeHtml } from '../../application/html.ts'
import { footerIn, layout } from './layout.ts'
import { type Block, expression, nameIn, type Piece, piecesOf, type Say, type Values } from './message.ts'
import { parseTemplate, templateInvalid } from './parse.ts'
import { type Typeset, typesetOnce } from './typeset.ts'

/** A message as it goes out. */
export interface Rendering {
  subject: string
  title: string
  short: string
  html: string
  text: string
}

/** A template's text in one language, ready to be filled in. Throws VALUE_MISSING where a value that it names is not there. */
export interface CompiledTemplate {
  render(values: Values, zone: string, unsubscribeUrl: string | undefined): Promise<Rendering>
  /** Throws TEMPLATE_INVALID for a body that is no MJML. */
  check(): Promise<void>
  /** Only what is shown where there is no room for the body. */
  brief(values: Values, zone: string): Pick<Rendering, 'title' | 'short'>
}

type Form = 'html' | 'text'

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

const unescapeHtml = (text: string): string =>
  text.replace(/&(#x?[\da-f]+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

/** A body as plain text: paragraphs, and links after what they are called. */
const plainBody = (body: string): string =>
  unescapeHtml(
    body
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/\s+/g, ' ')
      .replace(/<(mj-button|a)\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)<\/\1>/g, '$3: $2')
      .replace(/<br\s*\/?>/g, '\n')
      .replace(/<\/(mj-text|mj-button|p|li|h\d|tr)>/g, '\n\n')
      .replace(/<[^>]*>/g, ''),
  )
    .replace(/[ \t]*\n[ \t]*/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

interface Filled {
  literal: string
  say: ((values: Values, zone: string) => string) | undefined
}

const isBlock = (value: unknown): value is Block => value instanceof Object && 'html' in value

const valuesFor = (form: Form, values: Values): Values =>
  form === 'text'
    ? values
    : Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? escapeHtml(value) : value]),
      )

const sayOf = (source: string, say: Say, form: Form) => {
  const name = nameIn(source)
  return (values: Values, zone: string): string => {
    const value = name === undefined ? undefined : values[name]
    return isBlock(value) ? value[form] : say(valuesFor(form, values), zone)
  }
}

const filled = (pieces: readonly Piece[], locale: string, form: Form): Filled[] =>
  pieces.map((piece) =>
    piece.kind === 'literal'
      ? { literal: piece.text, say: undefined }
      : { literal: '', say: sayOf(piece.source, expression(piece.source, locale), form) },
  )

const fill = (parts: readonly Filled[], values: Values, zone: string): string =>
  parts.map(({ literal, say }) => (say ? say(values, zone) : literal)).join('')

/** A body with a mark for each expression, which MJML leaves as it is. */
const marked = (body: readonly Piece[]): string =>
  body.map((piece, index) => (piece.kind === 'literal' ? piece.text : `§${index}§`)).join('')

/** Makes a template's text ready. `formatLocale` is the reader's own, for dates and numbers. Throws TEMPLATE_INVALID. */
export const compileTemplate = (
  source: string,
  locale: string,
  formatLocale: string,
  typeset: Typeset = typesetOnce,
): CompiledTemplate => {
  const text = parseTemplate(source)
  if (text.body.includes('§')) throw templateInvalid('the sign § cannot stand in a body')
  const heads = {
    subject: filled(piecesOf(text.subject), formatLocale, 'text'),
    title: filled(piecesOf(text.title), formatLocale, 'text'),
    short: filled(piecesOf(text.short), formatLocale, 'text'),
  }
  const body = piecesOf(text.body)
  const bodyHtml = filled(body, formatLocale, 'html')
  const bodyText = filled(piecesOf(plainBody(text.body)), formatLocale, 'text')
  const { why, end } = footerIn(locale)
  // Taking milliseconds, it waits for the first mail.
  let made: Promise<string> | undefined
  const mail = () => {
    made ??= typeset(layout(marked(body), locale))
    return made
  }
  const brief = (values: Values, zone: string) => ({
    title: fill(heads.title, values, zone),
    short: fill(heads.short, values, zone),
  })
  return {
    brief,
    check: async () => void (await mail()),
    render: async (values, zone, unsubscribeUrl) => {
      const html = await mail()
      const subject = fill(heads.subject, values, zone).replace(/\s+/g, ' ').trim()
      const { title, short } = brief(values, zone)
      const link = unsubscribeUrl && `<br /><a href="${escapeHtml(unsubscribeUrl)}">${escapeHtml(end)}</a>`
      const places: Readonly<Record<string, string>> = {
        subject: escapeHtml(subject),
        short: escapeHtml(short),
        footer: escapeHtml(why) + (link ?? ''),
      }
      const place = (name: string) => places[name] ?? bodyHtml[Number(name)]?.say?.(values, zone) ?? ''
      const footer = unsubscribeUrl ? `${why}\n${end}: ${unsubscribeUrl}` : why
      return {
        subject,
        title,
        short,
        html: html.replace(/§(\w+)§/g, (_, name: string) => place(name)),
        text: `${fill(bodyText, values, zone)}\n\n-- \n${footer}\n`,
      }
    },
  }
}
