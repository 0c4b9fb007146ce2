import type { Chapter, Span } from './chapters.ts'
import { type FrontMatter, type Item, PATHS } from './front-matter.ts'
import { escapeXml } from './text.ts'

export const STYLE = `body { margin: 5%; line-height: 1.5; }
h1 { margin: 2em 0 1.5em; font-size: 1.5em; line-height: 1.25; text-align: center; }
p { margin: 0; text-indent: 1.4em; }
.start { text-indent: 0; }
.title { margin-top: 25%; text-align: center; }
.title h1 { margin: 0 0 1em; font-size: 2em; }
.title p { margin: 0 0 3em; text-indent: 0; }
.title .description { font-style: italic; }
.cover { margin: 0; text-align: center; }
.cover img { max-width: 100%; max-height: 100vh; }
.characters { padding: 0; list-style: none; }
.characters li { margin: 0 0 1em; }
.characters p { text-indent: 0; }
nav ol { list-style: none; }
`

/** The page that shows the cover image. */
export const coverPage = (front: FrontMatter): string => {
  const alternative = escapeXml([front.title, front.author].filter(Boolean).join(' – '))
  const image = `<div class="cover"><img src="${PATHS.cover}" alt="${alternative}" role="doc-cover"/></div>`
  return page(front, front.title, `<section epub:type="cover">${image}</section>`)
}

/** Title, author and description. */
export const titlePage = (front: FrontMatter): string => {
  const author = front.author && `<p class="author">${escapeXml(front.author)}</p>\n`
  const description = front.description && `<p class="description">${escapeXml(front.description)}</p>\n`
  const heading = `<h1 epub:type="title">${escapeXml(front.title)}</h1>\n`
  return page(
    front,
    front.title,
    `<section class="title" epub:type="titlepage">\n${heading}${author}${description}</section>`,
  )
}

/** Who appears in the story. */
export const charactersPage = (front: FrontMatter): string => {
  const entries = front.characters.map(({ name, role, description }) => {
    const first = `<p><strong>${escapeXml(name)}</strong>${role && ` – <em>${escapeXml(role)}</em>`}</p>`
    return `<li>${first}${description && `<p>${escapeXml(description)}</p>`}</li>`
  })
  const list = `<ul class="characters">\n${entries.join('\n')}\n</ul>`
  const label = front.labels.characters
  return page(front, label, `<section>\n<h1>${escapeXml(label)}</h1>\n${list}\n</section>`)
}

/** One chapter. */
export const chapterPage = (front: FrontMatter, chapter: Chapter): string => {
  const heading = chapter.heading === undefined ? '' : `<h1>${escapeXml(chapter.heading)}</h1>\n`
  const paragraphs = chapter.paragraphs.map((spans, index) => {
    const start = index === 0 && !chapter.continues ? ' class="start"' : ''
    return `<p${start}>${spans.map(spanMarkup).join('')}</p>`
  })
  const body = `<section epub:type="chapter" role="doc-chapter">\n${heading}${paragraphs.join('\n')}\n</section>`
  return page(front, chapter.label, body)
}

/** Table of contents and landmarks. */
export const navPage = (front: FrontMatter, items: Item[]): string => {
  const contents = escapeXml(front.labels.contents)
  const entries = items.filter((item) => item.listed).map((item) => `<li>${link(item)}</li>`)
  const list = `<ol>\n${entries.join('\n')}\n</ol>`
  const toc = `<nav epub:type="toc" role="doc-toc">\n<h1>${contents}</h1>\n${list}\n</nav>`
  const start = items.find((item) => item.body) ?? items.find((item) => item.href === PATHS.titlePage)
  const landmark = start ? `<li>${link(start, 'bodymatter')}</li>` : ''
  const landmarks = `<nav epub:type="landmarks" hidden="hidden">\n<ol>${landmark}</ol>\n</nav>`
  return page(front, front.labels.contents, `${toc}\n${landmarks}`)
}

const link = (item: Item, type?: string): string =>
  `<a${type ? ` epub:type="${type}"` : ''} href="${item.href}">${escapeXml(item.label ?? item.id)}</a>`

const spanMarkup = (span: Span): string => {
  if (!span.dialogue) return escapeXml(span.text)
  const speaker = span.speaker ? ` data-speaker="${escapeXml(span.speaker)}"` : ''
  return `<span class="dialogue"${speaker}>${escapeXml(span.text)}</span>`
}

const page = (front: FrontMatter, title: string, body: string): string => `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="${front.language}" \
lang="${front.language}" dir="${front.direction}">
<head>
<meta charset="utf-8"/>
<title>${escapeXml(title)}</title>
<link rel="stylesheet" type="text/css" href="${PATHS.style}"/>
</head>
<body>
${body}
</body>
</html>
`
