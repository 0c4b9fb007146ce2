import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { subsets, defSubset }: { subsets: string[]; defSubset: string } = require('@fontsource/noto-sans/metadata.json')
const faces = [defSubset, ...subsets.filter((subset) => subset !== defSubset)]

/** What pdfkit keeps of an open font; it has no public way to ask which characters a font covers. */
interface OpenFont {
  font: { hasGlyphForCodePoint(codePoint: number): boolean }
}

/** Sets lines of text in whichever subset of Noto Sans has their characters, at most `lines`, one below the other. */
export const writer = (doc: PDFKit.PDFDocument, width: number) => {
  const opened = new Map<string, OpenFont>()
  const open = (face: string): OpenFont => {
    const known = opened.get(face)
    if (known) return known
    doc.registerFont(face, require.resolve(`@fontsource/noto-sans/files/noto-sans-${face}-400-normal.woff`))
    doc.font(face)
    const font = (doc as unknown as { _font: OpenFont })._font
    opened.set(face, font)
    return font
  }
  const faceOf = (character: string): string =>
    faces.find((face) => open(face).font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)) ?? defSubset
  /** Stretches of text with one face each. */
  const runsOf = (text: string): { face: string; text: string }[] => {
    const runs: { face: string; text: string }[] = []
    for (const character of text) {
      const last = runs.at(-1)
      const face =
        last && open(last.face).font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0) ? last.face : faceOf(character)
      if (last?.face === face) last.text += character
      else runs.push({ face, text: character })
    }
    return runs
  }
  return (text: string, size: number, lines: number): void => {
    const [left, top] = [doc.page.margins.left, doc.y]
    const height = size * 1.4
    let [x, line] = [left, 0]
    for (const run of runsOf(text)) {
      doc.font(run.face).fontSize(size).fillColor('#000000')
      for (const word of run.text.split(/(?<=\s)/)) {
        const wide = doc.widthOfString(word)
        if (x > left && x + wide > left + width) [x, line] = [left, line + 1]
        if (line === lines) break
        doc.text(word, x, top + line * height, {
          lineBreak: false,
          width: Math.max(1, left + width - x),
          ellipsis: true,
        })
        x += wide
      }
    }
    doc.y = top + Math.min(lines, line + 1) * height + 4
  }
}
