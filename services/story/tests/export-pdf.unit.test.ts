import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Book } from '../domain/book.ts'
import { pdfBinder } from '../infrastructure/export/pdf.ts'
import {
  arabicBook,
  bookOf,
  bound,
  emptyBook,
  germanBook,
  hostileBook,
  longBook,
  paragraphs,
  piecesOf,
} from './export-fixtures.ts'
import { readPdf } from './pdf-reader.ts'

const pdf = pdfBinder()
const read = async (book: Book) => readPdf(await bound(pdf, book))
const packed = (text: string): string => text.replace(/\s/g, '')

/** Only what is printed of the story itself. */
const bare = (...texts: string[]): Book =>
  bookOf({ title: '…', author: '', description: '', characters: [], segments: paragraphs(...texts) })

describe.each<[string, () => Book, number]>([
  ['an English book', bookOf, 4],
  ['a German book', germanBook, 4],
  ['an Arabic book', arabicBook, 4],
  ['an empty book', emptyBook, 1],
  ['a hostile book', hostileBook, 3],
])('%s', (_, make, atLeast) => {
  test('is a whole PDF with the pages it needs', async () => {
    const file = await bound(pdf, make())
    expect(file.toString('latin1', 0, 8)).toBe('%PDF-1.7')
    expect(file.toString('latin1').trimEnd().endsWith('%%EOF')).toBe(true)
    const { offsetsHold, pages, dictionaries } = readPdf(file)
    expect(offsetsHold).toBe(true)
    expect(pages).toBeGreaterThanOrEqual(atLeast)
    expect(dictionaries).toContain(`/Count ${pages}\n`)
    expect(dictionaries).toContain('/MediaBox [0 0 419.5')
  })

  test('is the same bytes each time', async () => {
    expect((await bound(pdf, make())).equals(await bound(pdf, make()))).toBe(true)
  })
})

test('says title, author, dates and language, and is tagged', async () => {
  const { info, dictionaries } = await read(germanBook())
  expect(info).toMatchObject({
    Title: 'Das Häuschen im Wald',
    Author: 'Jörg Größe',
    CreationDate: 'D:20260301120000Z',
    ModDate: 'D:20260304050607Z',
  })
  expect(dictionaries).toContain('/Lang (de)')
  expect(dictionaries).toContain('/Marked true')
  for (const tag of ['Document', 'H1', 'H2', 'P']) expect(dictionaries).toMatch(new RegExp(`/S /${tag}\\b`))
})

test('metadata stays well-formed for a title with markup, which the title itself keeps', async () => {
  const file = await bound(pdf, bookOf({ title: 'Salt & <Pepper>' }))
  expect(readPdf(file).info.Title).toBe('Salt & <Pepper>')
  expect(file.toString()).toContain('<rdf:li xml:lang="x-default">Salt &amp; &lt;Pepper&gt;</rdf:li>')
})

test('has a bookmark for each heading', async () => {
  const { dictionaries } = await read(bookOf())
  expect(dictionaries.match(/\/Title \(Chapter \d: \w+\)/g)).toEqual([
    '/Title (Chapter 1: Bread)',
    '/Title (Chapter 2: Pebbles)',
  ])
})

test.each([
  ['Latin', 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Łódź, Škoda, œuvre.'],
  ['Greek', 'Μια φορά κι έναν καιρό ζούσε ένας ψαράς. ἄνθρωπος, ᾧ.'],
  ['Cyrillic', 'Жили-были старик со старухой. Ґанок, ёлка, ҐЇЄ.'],
  ['Vietnamese', 'Ngày xửa ngày xưa, ở một làng nọ có hai vợ chồng nghèo. Đường đi rất xa.'],
])('%s prints', async (_, text) => {
  const file = await read(bare(text))
  expect(packed(file.text)).toBe(packed(`…2${text}`))
})

test('Devanagari prints, each syllable from its letters', async () => {
  const text = 'एक समय की बात है, क्षत्रिय और विद्या।'
  const sorted = (line: string) =>
    Array.from(new Set(packed(line)))
      .sort()
      .join('')
  const printed = (await read(bare(text))).text
  expect(printed).not.toContain('□')
  expect(sorted(printed)).toBe(sorted(`…2${text}`))
})

test('a box stands for each character without a glyph', async () => {
  expect(packed((await read(bare('a 中文 b 👩‍👩‍👧 c ليل d'))).text)).toBe('…2a□□b□c□□□d')
})

test('words come back in order, however they break', async () => {
  const letters = fc.constantFrom(...'abzßéœđơữαωжяґ-—,.“”')
  const word = fc.array(letters, { minLength: 1, maxLength: 120 }).map((characters) => characters.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 60 }), async (words) => {
      const { text } = await read(bare(words.join(' ')))
      // Page numbers are the only digits; each is drawn before the text of its page.
      expect(packed(text).replace(/\d/g, '')).toBe(`…${words.join('')}`)
    }),
    { numRuns: 25 },
  )
})

test('a long book comes page by page', async () => {
  const pieces = await piecesOf(pdf, longBook(30_000))
  expect(pieces.length).toBeGreaterThan(50)
  const { pages, offsetsHold } = readPdf(Buffer.concat(pieces))
  expect(offsetsHold).toBe(true)
  expect(pages).toBeGreaterThan(70)
})

test('an invalid date is refused', async () => {
  await expect(bound(pdf, bookOf({ modifiedAt: new Date(Number.NaN) }))).rejects.toThrow(RangeError)
})
