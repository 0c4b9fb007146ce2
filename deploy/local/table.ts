import { clip, oneLine, pad, textWidth } from './text-width.ts'

const gap = '  '
const narrowest = 3

type Cell = string | number

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** Takes cells from the widest column, one after the other, until all fit. */
const narrow = (natural: readonly number[], width: number): number[] => {
  const widths = natural.map((each) => Math.min(each, width))
  while (sum(widths) > width) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) break
    widths[widths.lastIndexOf(widest)] = widest - 1
  }
  return widths
}

/**
 * Lines of a table with its titles underlined. Columns of numbers stand right; what does not fit into `width` cells
 * is cut where the columns are widest.
 */
export const table = (titles: readonly string[], rows: readonly (readonly Cell[])[], width = 100): string[] => {
  const texts = rows.map((row) => titles.map((_, column) => oneLine(String(row[column] ?? ''))))
  const isNumeric = titles.map((_, column) => rows.every((row) => typeof row[column] === 'number'))
  const natural = titles.map((title, column) =>
    Math.max(textWidth(title), ...texts.map((row) => textWidth(row[column] ?? ''))),
  )
  const widths = narrow(natural, width - gap.length * (titles.length - 1))
  const line = (cells: readonly string[]) =>
    widths
      .map((each, column) => pad(clip(cells[column] ?? '', each), each, isNumeric[column] ? 'left' : 'right'))
      .join(gap)
      .trimEnd()
  return [line(titles), widths.map((each) => '─'.repeat(each)).join(gap), ...texts.map(line)]
}
