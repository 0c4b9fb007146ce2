import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Answers, parseAnswers } from './answers.ts'

export type Half = 'tuning' | 'held-out'

export interface Tale {
  readonly slug: string
  readonly language: string
  readonly title: string
  /** The text below the title; paragraphs are separated by an empty line. */
  readonly content: string
  readonly answers: Answers
}

const fileName = /^(?<slug>[a-z0-9-]+)\.(?<language>[a-z]{2})\.txt$/

/** Reads one half of the tales, ordered by file name. Throws when a text has no title or its answers are malformed. */
export const loadTales = async (half: Half): Promise<Tale[]> => {
  const folder = join(import.meta.dirname, half)
  const texts = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort()
  return Promise.all(texts.map((name) => loadTale(folder, name)))
}

const loadTale = async (folder: string, name: string): Promise<Tale> => {
  const { slug, language } = fileName.exec(name)?.groups ?? {}
  if (!slug || !language) throw new Error(`${name}: a tale is named <slug>.<language>.txt`)

  const [text, json] = await Promise.all([
    readFile(join(folder, name), 'utf8'),
    readFile(join(folder, `${slug}.${language}.answers.json`), 'utf8'),
  ])
  const [title = '', blank, ...body] = text.trimEnd().split('\n')
  if (!title || blank !== '' || body.length === 0) throw new Error(`${name}: expected a title, an empty line, the text`)

  const answers = parseAnswers(JSON.parse(json), `${slug}.${language}.answers.json`)
  if (answers.language !== language) throw new Error(`${name}: the answers are for language ${answers.language}`)
  return { slug, language, title, content: body.join('\n'), answers }
}
