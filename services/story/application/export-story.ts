import { precondition } from '#shared/domain/errors.ts'
import type { Book, BookBinder, BookSegment } from '../domain/book.ts'
import { isSettable } from '../domain/pdf-scripts.ts'
import type { AnalysisReads, Look, SegmentView, StoryReads, StoryView } from './views.ts'

export type ExportFormat = 'epub' | 'pdf'

interface Ports {
  reads: StoryReads
  analysisReads: AnalysisReads
  binders: Readonly<Record<ExportFormat, BookBinder>>
}

/** A file, as it is made. */
export interface ExportedBook {
  fileName: string
  mediaType: string
  pieces: AsyncIterable<Uint8Array>
}

const pieceBytes = 64 * 1024
const blankLine = /(\r?\n[^\S\r\n]*(?:\r?\n[^\S\r\n]*)+)/

/** A name that every file system takes, out of a title. */
export const fileNameOf = (title: string, extension: string): string => {
  const ascii = title.replaceAll('ß', 'ss').normalize('NFKD').replace(/\p{M}/gu, '')
  const name = ascii
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '')
  return `${name || 'story'}.${extension}`
}

/** Segments cut at blank lines, which is where paragraphs end. */
const paragraphs = (
  segments: readonly Pick<SegmentView, 'kind' | 'text' | 'speakerId'>[],
  names: Map<string, string>,
) => {
  let paragraph = 0
  const result: BookSegment[] = []
  for (const { kind, text, speakerId } of segments) {
    for (const [index, part] of text.split(blankLine).entries()) {
      const speaker = names.get(speakerId)
      if (index % 2 === 1) paragraph += 1
      else if (part !== '') result.push({ kind, text: part, paragraph, ...(speaker === undefined ? {} : { speaker }) })
    }
  }
  return result
}

async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= pieceBytes) {
      yield rest.subarray(0, pieceBytes)
      rest = rest.subarray(pieceBytes)
    }
  }
  if (rest.length > 0) yield rest
}

/** Writes a story as a book. Throws STORY_NOT_FOUND, PDF_SCRIPT_UNSUPPORTED. */
export const exportStory = ({ reads, analysisReads, binders }: Ports) => {
  const bookOf = async (look: Look, story: StoryView): Promise<Book> => {
    const sight = await reads.sight(look)
    const analysis = sight.version === story.version ? await analysisReads.analysis(sight) : undefined
    const isThis = analysis?.status === 'completed' && analysis.contentHash === story.contentHash
    const { items: cast } = await analysisReads.characters(sight, { size: 200, token: '' })
    const names = new Map(cast.map(({ id, name }) => [id, name]))
    const whole = [{ kind: 'paragraph' as const, text: story.content, speakerId: '' }]
    const { accentColor } = story.customization
    return {
      id: story.id,
      title: story.title,
      author: story.authorName,
      language: story.language,
      description: isThis ? analysis.summary : '',
      version: story.version,
      ...(story.publishedAt ? { publishedAt: story.publishedAt } : {}),
      modifiedAt: story.updatedAt,
      segments: paragraphs(isThis ? analysis.segments : whole, names),
      characters: cast.map(({ name, role, description }) => ({ name, role, description })),
      ...(accentColor === '' ? {} : { theme: { accentColor } }),
    }
  }

  return async (look: Look, format: ExportFormat): Promise<ExportedBook> => {
    const story = await reads.view(look)
    if (format === 'pdf' && !isSettable(story.language, story.title + story.content)) {
      throw precondition('PDF_SCRIPT_UNSUPPORTED', 'PDF cannot show the script of this story yet; export it as EPUB')
    }
    const { mediaType, extension, bind } = binders[format]
    const book = await bookOf(look, story)
    return { fileName: fileNameOf(story.title, extension), mediaType, pieces: inPieces(bind(book)) }
  }
}
