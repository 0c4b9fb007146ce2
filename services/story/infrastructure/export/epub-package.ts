import type { Book } from '../../domain/book.ts'
import { type FrontMatter, type Item, PATHS } from './front-matter.ts'
import { escapeXml } from './text.ts'

const XHTML = 'application/xhtml+xml'

export const CONTAINER = `<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="${PATHS.package}" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
`

const ACCESSIBILITY = `<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">displayTransformability</meta>
<meta property="schema:accessibilityFeature">readingOrder</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary" xml:lang="en" dir="ltr">All content is text that reading systems can \
restyle and read aloud; the only image, the cover, has a text alternative.</meta>`

/** The package document: metadata, manifest of all items, reading order. */
export const packageDocument = (book: Book, front: FrontMatter, items: Item[]): string => `<?xml version="1.0" \
encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="identifier" \
xml:lang="${front.language}" dir="${front.direction}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
${metadata(book, front)}
${ACCESSIBILITY}
</metadata>
<manifest>
${items.map(manifestItem).join('\n')}
</manifest>
<spine page-progression-direction="${front.direction}">
${items.flatMap((item) => (item.spine ? `<itemref idref="${item.id}"/>` : [])).join('\n')}
</spine>
</package>
`

const metadata = (book: Book, front: FrontMatter): string => {
  const lines = [
    `<dc:identifier id="identifier">urn:uuid:${escapeXml(book.id)}</dc:identifier>`,
    `<dc:title>${escapeXml(front.title)}</dc:title>`,
    `<dc:language>${front.language}</dc:language>`,
  ]
  if (front.author) {
    lines.push(
      `<dc:creator id="author">${escapeXml(front.author)}</dc:creator>`,
      '<meta refines="#author" property="role" scheme="marc:relators">aut</meta>',
    )
  }
  if (front.description) lines.push(`<dc:description>${escapeXml(front.description)}</dc:description>`)
  if (book.publishedAt) lines.push(`<dc:date>${seconds(book.publishedAt)}</dc:date>`)
  lines.push(
    `<meta property="dcterms:modified">${seconds(book.modifiedAt)}</meta>`,
    `<meta property="schema:bookEdition">${book.version}</meta>`,
    // Reading systems made for EPUB 2 find the cover by this.
    '<meta name="cover" content="cover-image"/>',
  )
  return lines.join('\n')
}

const manifestItem = ({ id, href, type = XHTML, properties }: Item): string =>
  `<item id="${id}" href="${href}" media-type="${type}"${properties ? ` properties="${properties}"` : ''}/>`

const seconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`
