import { invalid } from '#shared/domain/errors.ts'

/** The parts of a template's text. */
export interface TemplateText {
  subject: string
  /** What a list, a push message or a digest shows in bold. */
  title: string
  /** One or two sentences, for where there is no room for the body. */
  short: string
  /** In MJML components. */
  body: string
}

export const templateInvalid = (description: string) => invalid('localisations', 'TEMPLATE_INVALID', description)

const heads = ['subject', 'title', 'short'] as const

/** Reads lines `subject:`, `title:`, `short:`, a line `---`, and the body. Throws TEMPLATE_INVALID. */
export const parseTemplate = (source: string): TemplateText => {
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  const end = lines.indexOf('---')
  if (end < 0) throw templateInvalid('a line --- must stand between the head and the body')
  const found = new Map<string, string>()
  for (const line of lines.slice(0, end)) {
    const [, name, value] = /^([a-z]+):\s*(.*\S)\s*$/.exec(line) ?? []
    if (!name || !value || !heads.some((head) => head === name)) {
      throw templateInvalid(`the head is lines like "subject: …", not "${line.slice(0, 80)}"`)
    }
    found.set(name, value)
  }
  const missing = heads.filter((head) => !found.has(head))
  if (missing.length > 0) throw templateInvalid(`the head lacks ${missing.join(', ')}`)
  const body = lines
    .slice(end + 1)
    .join('\n')
    .trim()
  if (body === '') throw templateInvalid('the body is empty')
  const [subject, title, short] = heads.map((head) => found.get(head) as string)
  return { subject: subject as string, title: title as string, short: short as string, body }
}
