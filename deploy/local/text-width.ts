const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const twoCells =
  /\p{Emoji_Presentation}|\u{FE0F}|[\u{1100}-\u{115F}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF00}-\u{FF60}\u{FFE0}-\u{FFE6}\u{20000}-\u{3FFFD}]/u
const plain = /^[\x20-\x7e]*$/

const cellsOf = (grapheme: string): number => (twoCells.test(grapheme) ? 2 : 1)

/** How many cells of a terminal a line takes: combining marks none, East Asian letters and emoji two. */
export const textWidth = (text: string): number => {
  if (plain.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += cellsOf(segment)
  return width
}

/** One line that is safe to print: no control characters, no change of direction, single spaces. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, '')
    .trim()

/** The text if it fits into so many cells, otherwise its beginning and an ellipsis. */
export const clip = (text: string, width: number): string => {
  if (text.length * 2 <= width || textWidth(text) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += cellsOf(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/** Fills up with spaces to so many cells; a longer text stays. */
export const pad = (text: string, width: number, side: 'left' | 'right' = 'right'): string => {
  const spaces = ' '.repeat(Math.max(0, width - textWidth(text)))
  return side === 'left' ? spaces + text : text + spaces
}
