import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Problem } from 'mjml'
import { templateInvalid } from './parse.ts'

const mostKept = 500

/** Makes HTML of a mail in MJML. Throws TEMPLATE_INVALID. */
export type Typeset = (mjml: string) => Promise<string>

/** MJML's own text of a problem names a folder of this machine. */
const textOf = ({ line, tagName, message }: Problem) => `line ${line}, ${tagName}: ${message}`

const toHtml: Typeset = async (mjml) => {
  // Loaded where it is used: MJML is five hundred modules.
  const { default: mjml2html } = await import('mjml')
  try {
    return (await mjml2html(mjml, { validationLevel: 'strict', keepComments: false })).html
  } catch (error) {
    const { errors = [], message } = error as Error & { errors?: readonly Problem[] }
    throw templateInvalid(errors.map(textOf).join('; ') || message)
  }
}

/** Keeps what was made last: MJML takes milliseconds, and a mail in it is the same for all regions of a language. */
export const keeping = (make: Typeset): Typeset => {
  const made = new LRUCache<string, Promise<string>>({ max: mostKept })
  return (mjml) => {
    const key = hash('sha256', mjml)
    const html = made.get(key) ?? make(mjml)
    made.set(key, html)
    return html
  }
}

/** The one of this process. */
export const typesetOnce = keeping(toHtml)
