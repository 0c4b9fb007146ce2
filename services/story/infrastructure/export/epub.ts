import { setImmediate } from 'node:timers/promises'
import type { Book, BookBinder } from '../../domain/book.ts'
import { chaptersOf } from './chapters.ts'
import { coverSvg } from './epub-cover.ts'
import { CONTAINER, packageDocument } from './epub-package.ts'
import { chapterPage, charactersPage, coverPage, navPage, STYLE, titlePage } from './epub-pages.ts'
import { frontOf, type Item, PATHS } from './front-matter.ts'
import { type ZipFile, zip } from './zip.ts'

const MEDIA_TYPE = 'application/epub+zip'

/**
 * Binds books as EPUB 3.3. Chapters are written one at a time and the manifest after them, so that beside the book
 * only one chapter is in memory. Throws RangeError if the book's dates are invalid.
 */
export const epubBinder = (): BookBinder => ({ mediaType: MEDIA_TYPE, extension: 'epub', bind })

async function* bind(book: Book): AsyncGenerator<Uint8Array> {
  for (const piece of zip(filesOf(book), book.modifiedAt)) {
    yield piece
    // Compression runs on this thread: let other work in between two chapters.
    await setImmediate()
  }
}

function* filesOf(book: Book): Generator<ZipFile> {
  const front = frontOf(book)
  const items: Item[] = []
  const add = (item: Item, content: string): ZipFile => {
    items.push(item)
    return { path: `EPUB/${item.href}`, content }
  }
  yield { path: 'mimetype', content: MEDIA_TYPE, stored: true }
  yield { path: 'META-INF/container.xml', content: CONTAINER }
  yield add({ id: 'style', href: PATHS.style, type: 'text/css' }, STYLE)
  yield add({ id: 'cover-image', href: PATHS.cover, type: 'image/svg+xml', properties: 'cover-image' }, coverSvg(front))
  yield add({ id: 'cover', href: PATHS.coverPage, label: front.title, spine: true }, coverPage(front))
  yield add({ id: 'title', href: PATHS.titlePage, label: front.title, spine: true, listed: true }, titlePage(front))
  if (front.characters.length > 0) {
    const label = front.labels.characters
    yield add({ id: 'characters', href: PATHS.characters, label, spine: true, listed: true }, charactersPage(front))
  }
  for (const chapter of chaptersOf(book)) {
    const id = `chapter-${chapter.number}`
    const item = { id, href: `${id}.xhtml`, label: chapter.label, spine: true, listed: !chapter.continues, body: true }
    yield add(item, chapterPage(front, chapter))
  }
  yield add({ id: 'nav', href: PATHS.nav, properties: 'nav' }, navPage(front, items))
  yield { path: PATHS.package, content: packageDocument(book, front, items) }
}
