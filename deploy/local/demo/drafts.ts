import { open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { loadTales } from '../../../services/story/tales/load.ts'
import { SetupError } from '../setup-error.ts'
import { oneLine } from '../text-width.ts'
import { guessLanguage } from './guess-language.ts'

/** What CreateStory takes at most, in bytes. */
const maxBytes = 2 * 1024 * 1024
const shortestTitle = 3
const longestTitle = 120

/** A story to be created. */
export interface Draft {
  /** The file it was read from, or the tale's. */
  readonly source: string
  readonly title: string
  /** BCP 47 tag. */
  readonly language: string
  readonly content: string
}

const decode = (bytes: Uint8Array): string => {
  try {
    // Leaves out a byte order mark.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text.replace(/\r\n?/g, '\n')
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw new SetupError('is not UTF-8 text; convert it first, e.g. iconv -f latin1 -t utf-8')
}

/**
 * Title and text of a file's content. The first line that is not empty is the title, and no part of the text when an
 * empty line follows it; where that line is too long or too short for a title, the file's name is.
 *
 * @throws SetupError when there is nothing to read or it is not UTF-8
 */
export const parseText = (bytes: Uint8Array, source: string): Omit<Draft, 'language'> => {
  const text = decode(bytes).trim()
  if (text === '') throw new SetupError('is empty')
  const [firstLine = '', secondLine, ...rest] = text.split('\n')
  const heading = oneLine(firstLine.replace(/^#+\s/, ''))
  const isTitle = heading.length >= shortestTitle && heading.length <= longestTitle
  const body = secondLine?.trim() === '' ? rest.join('\n').trimStart() : text
  if (isTitle) return { source, title: heading, content: body }
  const name = oneLine(basename(source, extname(source))).slice(0, longestTitle)
  return { source, title: name.length < shortestTitle ? `Story ${name}` : name, content: text }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'may not be read by you; see chmod +r',
  EISDIR: 'is a folder; name the files in it',
}

const inDigits = (count: number) => count.toLocaleString('en')

const tooLarge = (size: number) =>
  new SetupError(`is too large (${inDigits(size)} bytes of at most ${inDigits(maxBytes)}); split it into several files`)

const readAtMost = async (file: string): Promise<Uint8Array> => {
  try {
    await using handle = await open(file)
    const stat = await handle.stat()
    if (stat.isDirectory()) throw new SetupError('is a folder; name the files in it')
    if (stat.size > maxBytes) throw tooLarge(stat.size)
    return await handle.readFile()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code && reasons[code]
    throw reason ? new SetupError(reason, { cause: error }) : error
  }
}

/**
 * Reads a text file. Its language is the one given, else guessed, else English.
 *
 * @throws SetupError when it cannot be read, is empty, larger than 2 MiB or not UTF-8
 */
export const readDraft = async (file: string, language?: string): Promise<Draft> => {
  const bytes = await readAtMost(file)
  if (bytes.length > maxBytes) throw tooLarge(bytes.length)
  const text = parseText(bytes, file)
  return { ...text, language: language ?? guessLanguage(text.content) ?? 'en' }
}

/** The eight tales that come with the project. */
export const shippedDrafts = async (): Promise<Draft[]> => {
  const tales = [...(await loadTales('tuning')), ...(await loadTales('held-out'))]
  return tales.map(({ slug, language, title, content }) => ({
    source: `${slug}.${language}.txt`,
    title,
    language,
    content,
  }))
}
