import type { Fonts, Run, Weight } from './pdf-fonts.ts'
import { type Line, linesOf } from './pdf-lines.ts'

/** How a block of text is set; lengths in points. */
export interface BlockStyle {
  /** Structure element, as P or H1. */
  tag: string
  weight?: Weight
  size?: number
  indent?: number
  /** Empty space above, left out at the top of a page. */
  before?: number
  centred?: boolean
  color?: string
  /** How many lines of what follows must find room on the same page. */
  keep?: number
}

/** Sets blocks of text on the pages of one document, one below the other. */
export interface Typesetter {
  block(text: string, style: BlockStyle): void
  /** Starts a page, unless nothing has been set on this one. */
  freshPage(): void
  /** Moves down; lengths in points. */
  skip(distance: number): void
  rule(color: string): void
}

const BODY_SIZE = 10
const LEADING = 1.55
const FOOTER_SIZE = 8
const FOOTER_BASELINE = 30
const GREY = '#666666'

/** Starts the first page; pages from the second on bear their number. */
export const typesetter = (doc: PDFKit.PDFDocument, fonts: Fonts, language: string): Typesetter => {
  const root = doc.struct('Document', { lang: language })
  doc.addStructure(root)
  let pageNumber = 0
  doc.on('pageAdded', () => {
    pageNumber += 1
    if (pageNumber > 1) footer(doc, fonts, pageNumber)
  })
  doc.addPage()

  const { left, right, top } = doc.page.margins
  const width = doc.page.width - left - right
  const bottom = doc.page.maxY()
  let y = top

  const set = (text: string, style: BlockStyle): void => {
    const { weight = 400, size = BODY_SIZE, indent = 0, centred = false, color = '#000000', keep = 0 } = style
    const height = size * LEADING
    let first = true
    for (const line of linesOf(text, { fonts, weight, size, width, indent })) {
      const needed = height + (first ? keep * BODY_SIZE * LEADING : 0)
      if (y + needed > bottom && y > top) {
        doc.continueOnNewPage()
        y = top
      }
      const x = left + (centred ? (width - line.width) / 2 : first ? indent : 0)
      drawLine(doc, line, x, y + size * 1.1, size, color)
      y += height
      first = false
    }
  }

  return {
    block: (text, style) => {
      if (y > top) y += style.before ?? 0
      root.add(doc.struct(style.tag, {}, () => set(text, style)))
    },
    freshPage: () => {
      if (y === top) return
      doc.addPage()
      y = top
    },
    skip: (distance) => {
      y += distance
    },
    rule: (color) => {
      doc.markContent('Artifact', { type: 'Layout' })
      const middle = doc.page.width / 2
      doc
        .moveTo(middle - 30, y)
        .lineTo(middle + 30, y)
        .lineWidth(1.5)
        .strokeColor(color)
        .stroke()
      doc.endMarkedContent()
    },
  }
}

const footer = (doc: PDFKit.PDFDocument, fonts: Fonts, pageNumber: number): void => {
  const [line] = linesOf(String(pageNumber), {
    fonts,
    weight: 400,
    size: FOOTER_SIZE,
    width: doc.page.width,
    indent: 0,
  })
  if (!line) return
  doc.markContent('Artifact', { type: 'Pagination' })
  const x = (doc.page.width - line.width) / 2
  drawLine(doc, line, x, doc.page.height - FOOTER_BASELINE, FOOTER_SIZE, GREY)
  doc.endMarkedContent()
}

/** Draws a line from its left end and baseline; neighbouring runs of one font go out together. */
const drawLine = (doc: PDFKit.PDFDocument, line: Line, x: number, baseline: number, size: number, color: string) => {
  doc.fillColor(color)
  for (const run of joined(line.words.flatMap((word) => word.runs))) {
    doc.font(run.face).fontSize(size).text(run.text, x, baseline, { lineBreak: false, baseline: 'alphabetic' })
    x += run.width * size
  }
}

const joined = (runs: Run[]): Run[] => {
  const result: Run[] = []
  for (const run of runs) {
    const last = result.at(-1)
    if (last?.face === run.face) {
      last.text += run.text
      last.width += run.width
    } else {
      result.push({ ...run })
    }
  }
  return result
}
