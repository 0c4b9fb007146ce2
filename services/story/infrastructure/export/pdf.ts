import { setImmediate } from 'node:timers/promises'
import type { Book, BookBinder } from '../../domain/book.ts'
import { type Chapter, chaptersOf } from './chapters.ts'
import { type FrontMatter, frontOf } from './front-matter.ts'
import { openFonts } from './pdf-fonts.ts'
import { type Typesetter, typesetter } from './pdf-page.ts'
import { escapeXml } from './text.ts'

const MARGINS = { top: 54, bottom: 60, left: 52, right: 52 }
const INDENT = 14
const TITLE_TOP = 130
const LONG_TITLE = 90

/**
 * Binds books as tagged PDF 1.7 on A5 pages, set in Noto Sans: Latin, Greek, Cyrillic, Devanagari and Vietnamese.
 * Each character no font covers (Arabic, Hebrew, Chinese, emoji) is replaced by U+25A1; how many there were is noted
 * nowhere. Lines run from left to right. Throws RangeError if the book's dates are invalid.
 */
export const pdfBinder = (): BookBinder => ({ mediaType: 'application/pdf', extension: 'pdf', bind })

async function* bind(book: Book): AsyncGenerator<Uint8Array> {
  const front = frontOf(book)
  const doc = await openDocument(book, front)
  const page = typesetter(doc, openFonts(doc), front.language)
  setTitlePage(page, front)
  if (front.characters.length > 0) setCharacters(page, front)
  for (const chapter of chaptersOf(book)) {
    if (chapter.number === 1) page.freshPage()
    setHeading(doc, page, chapter)
    for (const [index, spans] of chapter.paragraphs.entries()) {
      const indent = index === 0 && !chapter.continues ? 0 : INDENT
      page.block(spans.map((span) => span.text).join(''), { tag: 'P', indent })
      const written: Uint8Array | null = doc.read()
      if (written) {
        yield written
        // Setting runs on this thread: let other work in between two pages.
        await setImmediate()
      }
    }
  }
  doc.end()
  for (let rest: Uint8Array | null = doc.read(); rest; rest = doc.read()) yield rest
}

const openDocument = async (book: Book, front: FrontMatter): Promise<PDFKit.PDFDocument> => {
  if (Number.isNaN(book.modifiedAt.getTime())) throw new RangeError('the book has no valid modification date')
  const { default: PDFDocument } = await import('pdfkit') // large, and rarely used
  const doc = new PDFDocument({
    pdfVersion: '1.7',
    size: 'A5',
    margins: MARGINS,
    autoFirstPage: false,
    tagged: true,
    lang: front.language,
    displayTitle: true,
    info: {
      Title: front.title,
      Author: front.author,
      Subject: front.description,
      Creator: 'Troupe',
      CreationDate: book.publishedAt ?? book.modifiedAt,
      ModDate: book.modifiedAt,
    },
  })
  // pdfkit puts the same strings into the XML metadata as they are; by then the other copy has been written.
  const endMetadata = doc.endMetadata.bind(doc)
  const endEscaped = () => {
    const { Title = '', Author = '', Subject = '' } = doc.info
    Object.assign(doc.info, { Title: escapeXml(Title), Author: escapeXml(Author), Subject: escapeXml(Subject) })
    endMetadata()
  }
  return Object.assign(doc, { endMetadata: endEscaped })
}

const setTitlePage = (page: Typesetter, front: FrontMatter): void => {
  page.skip(TITLE_TOP)
  page.block(front.title, { tag: 'H1', weight: 700, size: front.title.length > LONG_TITLE ? 15 : 25, centred: true })
  page.skip(18)
  page.rule(front.accentColor)
  page.skip(18)
  if (front.author) page.block(front.author, { tag: 'P', size: 13, centred: true })
  if (front.description) page.block(front.description, { tag: 'P', before: 36, centred: true, color: '#444444' })
}

const setCharacters = (page: Typesetter, front: FrontMatter): void => {
  page.freshPage()
  page.block(front.labels.characters, { tag: 'H2', weight: 700, size: 16, keep: 3 })
  for (const { name, role, description } of front.characters) {
    page.block(name, { tag: 'P', weight: 700, before: 10, keep: 1 })
    if (role) page.block(role, { tag: 'P', color: '#555555' })
    if (description) page.block(description, { tag: 'P' })
  }
}

const setHeading = (doc: PDFKit.PDFDocument, page: Typesetter, chapter: Chapter): void => {
  if (chapter.heading === undefined) return
  page.freshPage()
  doc.outline.addItem(chapter.label)
  page.skip(48)
  page.block(chapter.heading, { tag: 'H2', weight: 700, size: 16, centred: true, keep: 3 })
  page.skip(24)
}
