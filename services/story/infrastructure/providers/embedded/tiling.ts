import type { SegmentKind } from '../../../domain/analysis.ts'
import type { Range } from './paragraphs.ts'

/** Spoken ranges of a text and what is told between, without gap; each tile keeps the white space behind it. */
export const tile = (text: string, spoken: readonly Range[]): (Range & { kind: SegmentKind })[] => {
  const tiles: (Range & { kind: SegmentKind })[] = []
  const add = (kind: SegmentKind, start: number, end: number): void => {
    if (end <= start) return
    const last = tiles.at(-1)
    if (last && text.slice(start, end).trim() === '') last.end = end
    else tiles.push({ kind, start, end })
  }
  let at = 0
  for (const quote of spoken) {
    const leading = text.slice(at, quote.start).trim() === '' && tiles.length === 0
    if (!leading) add('paragraph', at, quote.start)
    add('dialogue', leading ? at : quote.start, quote.end)
    at = quote.end
  }
  add('paragraph', at, text.length)
  return tiles
}
