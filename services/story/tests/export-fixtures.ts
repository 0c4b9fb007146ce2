import type { Book, BookBinder, BookSegment } from '../domain/book.ts'

/** A short English book with chapters, dialogue and characters; parts can be replaced. */
export const bookOf = (parts: Partial<Book> = {}): Book => ({
  id: '0190b8a4-6b1e-7c3a-9d2f-0123456789ab',
  title: 'The House in the Wood',
  author: 'Ada Brandt',
  language: 'en',
  description: 'Two children, a forest & a house of bread.',
  version: 3,
  publishedAt: new Date('2026-03-01T12:00:00Z'),
  modifiedAt: new Date('2026-03-04T05:06:07Z'),
  segments: [
    { kind: 'paragraph', text: 'Chapter 1: Bread', paragraph: 0 },
    { kind: 'dialogue', text: '“What shall become of us?”', speaker: 'Woodcutter', paragraph: 1 },
    { kind: 'paragraph', text: 'he asked one night.', paragraph: 1 },
    { kind: 'paragraph', text: 'Chapter 2: Pebbles', paragraph: 2 },
    { kind: 'paragraph', text: 'The moon shone, and the pebbles glittered like silver.', paragraph: 3 },
  ],
  characters: [
    { name: 'Hansel', role: 'protagonist', description: 'The woodcutter’s son.' },
    { name: 'Gretel', role: 'supporting', description: '' },
  ],
  theme: { accentColor: '#7a2e3a' },
  ...parts,
})

/** Each text as a paragraph of its own. */
export const paragraphs = (...texts: string[]): BookSegment[] =>
  texts.map((text, paragraph) => ({ kind: 'paragraph', text, paragraph }))

export const germanBook = () =>
  bookOf({
    title: 'Das Häuschen im Wald',
    author: 'Jörg Größe',
    language: 'de',
    segments: paragraphs('Erstes Kapitel', 'Es war einmal ein Müller.', 'Zweites Kapitel', '„Wer da?“, rief er.'),
  })

export const arabicBook = () =>
  bookOf({
    title: 'البيت في الغابة',
    author: 'ليلى حداد',
    language: 'ar',
    description: 'حكاية قديمة',
    segments: paragraphs(
      'الفصل الأول',
      'كان يا ما كان في قديم الزمان حطاب فقير.',
      'الفصل الثاني',
      'وعاد الطفلان إلى البيت.',
    ),
    characters: [{ name: 'ليلى', role: 'protagonist', description: 'ابنة الحطاب' }],
  })

export const emptyBook = () => bookOf({ author: '', description: '', segments: [], characters: [] })

const HOSTILE = `<script>alert("1")</script> ]]> & &amp; <!-- ' -- > \u0000\u0007\u000b\u001f\u007f\ufffe\uffff 👩‍👩‍👧 \ud800 x \udc00`

export const hostileBook = () =>
  bookOf({
    title: HOSTILE,
    author: HOSTILE,
    description: HOSTILE,
    language: '"><script>',
    segments: [
      { kind: 'dialogue', text: HOSTILE, speaker: HOSTILE, paragraph: 0 },
      { kind: 'paragraph', text: `Chapter 1 ${HOSTILE}`, paragraph: 1 },
      { kind: 'paragraph', text: HOSTILE.repeat(20), paragraph: 2 },
    ],
    characters: [{ name: HOSTILE, role: 'constructor', description: HOSTILE }],
    theme: { accentColor: 'red"/><script>' },
  })

const LINE = 'The wolf went round the house and found the door barred against it. '

/** 13 words a line, 20 lines a paragraph. */
export const longBook = (words: number) =>
  bookOf({
    segments: paragraphs(...Array.from({ length: Math.ceil(words / 260) }, (_, n) => `${n}. ${LINE.repeat(20)}`)),
  })

/** The file as it comes, piece by piece. */
export const piecesOf = async (binder: BookBinder, book: Book): Promise<Uint8Array[]> => {
  const pieces: Uint8Array[] = []
  for await (const piece of binder.bind(book)) pieces.push(piece)
  return pieces
}

/** The whole file. */
export const bound = async (binder: BookBinder, book: Book): Promise<Buffer> =>
  Buffer.concat(await piecesOf(binder, book))
