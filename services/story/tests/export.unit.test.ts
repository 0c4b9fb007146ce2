import { EpubCheck } from '@likecoin/epubcheck-ts'
import fc from 'fast-check'
import { strFromU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { Book } from '../domain/book.ts'
import { epubBinder } from '../infrastructure/export/epub.ts'
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

const epub = epubBinder()
const books: [string, () => Book][] = [
  ['an English book', bookOf],
  ['a German book', germanBook],
  ['an Arabic book', arabicBook],
  ['an empty book', emptyBook],
  ['a hostile book', hostileBook],
  ['a book of 300,000 words', () => longBook(300_000)],
]

const unzipped = async (book: Book): Promise<Record<string, string>> =>
  Object.fromEntries(Object.entries(unzipSync(await bound(epub, book))).map(([path, data]) => [path, strFromU8(data)]))

const complaints = async (file: Uint8Array): Promise<string[]> => {
  const { messages } = await EpubCheck.validate(file)
  return messages
    .filter(({ severity }) => !['info', 'usage'].includes(severity))
    .map(({ id, message }) => `${id} ${message}`)
}

const unescaped = (markup: string): string => {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return markup.replace(/<[^>]*>/g, '').replace(/&([^;]+);/g, (_, name: string) => named[name] ?? `?${name}?`)
}

/** The text of each paragraph and heading of the story, in reading order. */
const textsOf = (files: Record<string, string>): string[] =>
  Object.keys(files)
    .filter((path) => path.startsWith('EPUB/chapter-'))
    .flatMap((path) => files[path]?.match(/<(p|h1)\b[^>]*>.*?<\/\1>/gs) ?? [])
    .map(unescaped)

describe.each(books)('%s', (_, make) => {
  test('passes epubcheck', async () => {
    expect(await complaints(await bound(epub, make()))).toEqual([])
  })

  test('has every file in the manifest, and every item of the manifest', async () => {
    const files = await unzipped(make())
    const manifest = files['EPUB/package.opf'] ?? ''
    const hrefs = [...manifest.matchAll(/<item [^>]*href="([^"]+)"/g)].map(([, href]) => `EPUB/${href}`)
    const outside = ['mimetype', 'META-INF/container.xml', 'EPUB/package.opf']
    expect([...outside, ...hrefs].sort()).toEqual(Object.keys(files).sort())
    const ids = [...manifest.matchAll(/<item id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(hrefs.length)
  })

  test('starts with the media type, stored, with its size and nothing extra', async () => {
    const file = await bound(epub, make())
    const [flags, method, size, plainSize] = [
      file.readUInt16LE(6),
      file.readUInt16LE(8),
      file.readUInt32LE(18),
      file.readUInt32LE(22),
    ]
    const [nameLength, extraLength] = [file.readUInt16LE(26), file.readUInt16LE(28)]
    expect({ flags, method, size, plainSize, nameLength, extraLength }).toEqual({
      flags: 0,
      method: 0,
      size: 20,
      plainSize: 20,
      nameLength: 8,
      extraLength: 0,
    })
    expect(file.toString('latin1', 0, 4)).toBe('PK\x03\x04')
    expect(file.toString('latin1', 30, 58)).toBe('mimetypeapplication/epub+zip')
  })

  test('is the same bytes each time, in any time zone', async () => {
    const home = process.env.TZ
    const first = await bound(epub, make())
    try {
      process.env.TZ = 'Pacific/Kiritimati'
      expect(new Date(0).getTimezoneOffset()).toBe(640)
      expect((await bound(epub, make())).equals(first)).toBe(true)
    } finally {
      if (home === undefined) delete process.env.TZ
      else process.env.TZ = home
    }
  })
})

test('epubcheck finds what is missing', async () => {
  const files = unzipSync(await bound(epub, bookOf()))
  delete files['EPUB/chapter-1.xhtml']
  expect(await complaints(zipSync(files, { level: 0 }))).not.toEqual([])
})

test('the package names the book, its language, direction and dates', async () => {
  const english = (await unzipped(bookOf()))['EPUB/package.opf']
  expect(english).toContain('>urn:uuid:0190b8a4-6b1e-7c3a-9d2f-0123456789ab</dc:identifier>')
  expect(english).toContain('<dc:title>The House in the Wood</dc:title>')
  expect(english).toContain('<meta property="dcterms:modified">2026-03-04T05:06:07Z</meta>')
  expect(english).toContain('page-progression-direction="ltr"')
  const arabic = await unzipped(arabicBook())
  expect(arabic['EPUB/package.opf']).toContain('<dc:language>ar</dc:language>')
  expect(arabic['EPUB/package.opf']).toContain('page-progression-direction="rtl"')
  expect(arabic['EPUB/chapter-1.xhtml']).toContain('xml:lang="ar" lang="ar" dir="rtl"')
  expect((await unzipped(bookOf({ language: 'he-IL' })))['EPUB/nav.xhtml']).toContain('dir="rtl"')
  expect((await unzipped(bookOf({ language: 'fa' })))['EPUB/nav.xhtml']).toContain('dir="rtl"')
})

test('contents list headings, roles are in the language of the book', async () => {
  const files = await unzipped(germanBook())
  const nav = files['EPUB/nav.xhtml'] ?? ''
  expect([...nav.matchAll(/<a href[^>]*>([^<]*)</g)].map(([, label]) => label)).toEqual([
    'Das Häuschen im Wald',
    'Figuren',
    'Erstes Kapitel',
    'Zweites Kapitel',
  ])
  expect(files['EPUB/characters.xhtml']).toContain('<em>Hauptfigur</em>')
})

test('dialogue is marked and stands in its paragraph', async () => {
  const files = await unzipped(bookOf())
  expect(textsOf(files)).toContain('“What shall become of us?” he asked one night.')
  expect(files['EPUB/chapter-1.xhtml']).toContain('<span class="dialogue" data-speaker="Woodcutter">')
})

test('an invalid date is refused', async () => {
  await expect(bound(epub, bookOf({ modifiedAt: new Date(Number.NaN) }))).rejects.toThrow(RangeError)
})

test('the file comes in pieces, a chapter at a time', async () => {
  const pieces = await piecesOf(epub, longBook(60_000))
  expect(pieces.length).toBeGreaterThan(20)
})

describe('text', () => {
  const anyText = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.integer({ max: 0xffff, min: 0 }).map((unit) => String.fromCharCode(unit)),
      ),
    )
    .map((parts) => parts.join(''))
  const segment = fc.record({
    kind: fc.constantFrom('paragraph' as const, 'dialogue' as const),
    text: anyText,
    speaker: anyText,
    paragraph: fc.nat(4),
  })

  const kept = (text: string): string =>
    Array.from(text.replace(/\s/g, ''))
      .filter((character) => {
        const point = character.codePointAt(0) ?? 0
        const control = point < 0x20 || (point >= 0x7f && point <= 0x9f)
        const noncharacter = (point & 0xfffe) === 0xfffe || (point >= 0xfdd0 && point <= 0xfdef)
        return !control && !noncharacter && !(point >= 0xd800 && point <= 0xdfff)
      })
      .join('')

  test('comes back, but for what XML cannot hold and white space between segments', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(segment), async (segments) => {
        const texts = textsOf(await unzipped(bookOf({ segments })))
        // Each by itself: halves of a character in two segments are no character.
        expect(kept(texts.join(''))).toBe(segments.map(({ text }) => kept(text)).join(''))
      }),
    )
  })

  test('comes back to the character where a segment is a paragraph', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => text.trim() !== '' && text === kept(text))
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (texts) => {
        expect(textsOf(await unzipped(bookOf({ segments: paragraphs(...texts) })))).toEqual(texts)
      }),
    )
  })
})
