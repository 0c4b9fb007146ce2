/** What a story looks like to a bookbinder. */
export interface Book {
  /** UUID of the story. */
  id: string
  title: string
  author: string
  /** BCP 47 tag. */
  language: string
  description: string
  version: number
  publishedAt?: Date
  modifiedAt: Date
  segments: BookSegment[]
  characters: { name: string; role: string; description: string }[]
  theme?: { accentColor?: string }
}

/** A stretch of narration or of one voice; segments in a row with the same `paragraph` stand in one paragraph. */
export interface BookSegment {
  kind: 'paragraph' | 'dialogue'
  text: string
  speaker?: string
  paragraph: number
}

/** Makes a file of a book. The same book gives the same bytes; they come in order, in pieces of any size. */
export interface BookBinder {
  readonly mediaType: string
  /** Without the dot. */
  readonly extension: string
  bind(book: Book): AsyncIterable<Uint8Array>
}
