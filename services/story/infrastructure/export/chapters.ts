import type { Book, BookSegment } from '../../domain/book.ts'
import { isHeading } from './headings.ts'
import { cleanText, oneLine } from './text.ts'

/** A stretch of clean text in a paragraph; spans of a paragraph are set one after the other with nothing between. */
export interface Span {
  text: string
  dialogue: boolean
  speaker?: string
}

/** A run of paragraphs that makes one file or starts one page. */
export interface Chapter {
  /** From 1, continuations included. */
  number: number
  /** As it stands in the story; missing where the story was cut by length. */
  heading?: string
  /** For a table of contents: the heading, or else the first words. */
  label: string
  /** Belongs to the heading of the chapter before it. */
  continues: boolean
  paragraphs: Span[][]
}

const WORDS_WITHOUT_HEADING = 3_000
// A chapter the author made is cut only where reading systems grow slow on the file.
const WORDS_UNDER_HEADING = 12_000
const LABEL_WORDS = 7
const LABEL_LENGTH = 60

const JOINS_WITHOUT_SPACE = /[\s\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\u3000-\u303f\uff00-\uffef]$/u
const CONTINUES_WITHOUT_SPACE = /^[\s,.;:!?…)\]}،؛؟。、，！？\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u

/** The story cut at its headings, or every 3,000 words or so between paragraphs; blank paragraphs are left out. */
export function* chaptersOf(book: Pick<Book, 'segments'>): Generator<Chapter> {
  let chapter: Chapter | undefined
  let number = 0
  let words = 0
  let underHeading = false
  for (const spans of paragraphsOf(book.segments)) {
    const text = spans.map((span) => span.text).join('')
    const heading = spans.every((span) => !span.dialogue) && isHeading(oneLine(text))
    const full = words >= (underHeading ? WORDS_UNDER_HEADING : WORDS_WITHOUT_HEADING)
    if (!chapter || heading || full) {
      if (chapter) yield chapter
      const continues = underHeading && !heading
      chapter = { number: ++number, label: labelOf(text), continues, paragraphs: [] }
      underHeading ||= heading
      words = 0
      if (heading) {
        chapter.heading = text
        continue
      }
    }
    chapter.paragraphs.push(spans)
    words += wordsIn(text)
  }
  if (chapter) yield chapter
}

function* paragraphsOf(segments: Iterable<BookSegment>): Generator<Span[]> {
  let spans: Span[] = []
  let current: number | undefined
  for (const segment of segments) {
    if (segment.paragraph !== current) {
      if (hasText(spans)) yield spans
      spans = []
      current = segment.paragraph
    }
    spans.push(spanOf(segment, spans.at(-1)?.text ?? ''))
  }
  if (hasText(spans)) yield spans
}

const spanOf = (segment: BookSegment, before: string): Span => {
  const text = cleanText(segment.text)
  const close = before === '' || JOINS_WITHOUT_SPACE.test(before) || CONTINUES_WITHOUT_SPACE.test(text)
  const speaker = oneLine(segment.speaker ?? '')
  return {
    text: close ? text : ` ${text}`,
    dialogue: segment.kind === 'dialogue',
    ...(speaker === '' ? {} : { speaker }),
  }
}

const hasText = (spans: Span[]): boolean => spans.some((span) => span.text.trim() !== '')

// Scripts without spaces are counted by length, at eight characters a word.
const wordsIn = (text: string): number => Math.max(text.match(/\S+/g)?.length ?? 0, text.length / 8)

const labelOf = (text: string): string => {
  const line = oneLine(text)
  if (isHeading(line)) return line
  const words = line.split(' ')
  const start = Array.from(words.slice(0, LABEL_WORDS).join(' '))
  const label = start.slice(0, LABEL_LENGTH).join('')
  return label.length < line.length ? `${label}…` : label
}
