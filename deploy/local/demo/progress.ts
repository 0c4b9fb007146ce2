import { clip, oneLine, pad } from '../text-width.ts'

const barCells = 24
const titleCells = 34

/** Where something long stands: the share that is done, 0–1, and what is being done. */
export interface Progress {
  readonly fraction: number
  readonly stage: string
}

/** A bar of always the same width with the percentage behind it. A share that is no number counts as none. */
export const progressBar = (fraction: number, cells = barCells): string => {
  const share = Number.isNaN(fraction) ? 0 : Math.min(1, Math.max(0, fraction))
  // Only what is done is shown as done.
  const full = Math.floor(share * cells)
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${String(Math.floor(share * 100)).padStart(3)} %`
}

/** The line of one story on a terminal: title, bar and stage within `width` cells. */
export const progressLine = (title: string, { fraction, stage }: Progress, width = 100): string =>
  clip(
    `  ${pad(clip(oneLine(title), titleCells), titleCells)}  ${progressBar(fraction)}  ${oneLine(stage)}`.trimEnd(),
    width,
  )
