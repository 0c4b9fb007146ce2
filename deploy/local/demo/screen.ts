import { clip, oneLine } from '../text-width.ts'
import { type Progress, progressLine } from './progress.ts'

const widest = 100

/** Where the demo writes to: `process.stdout`, or something like it. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** One line for each of several things that go on at the same time. */
export interface Board {
  update(index: number, progress: Progress): void
  /** Leaves the lines as they are; whatever is said from now on stands below. */
  close(): void
}

/** What the user sees. */
export interface Screen {
  /** In cells, at most 100. */
  readonly width: number
  say(line?: string): void
  /** Lines that move on a terminal; elsewhere, a plain line whenever a stage changes. */
  board(titles: readonly string[]): Board
}

const plainBoard = (titles: readonly string[], say: Screen['say']): Board => {
  const stages = titles.map(() => '')
  return {
    update: (index, { fraction, stage }) => {
      if (stages[index] === stage) return
      stages[index] = stage
      say(`  ${oneLine(titles[index] ?? '')}: ${oneLine(stage)} (${Math.floor(fraction * 100)} %)`)
    },
    close: () => {},
  }
}

/** A screen that writes to `out`, and nothing more once `signal` is aborted. */
export const createScreen = (out: Output, signal?: AbortSignal): Screen => {
  // A line that fills the last column wraps on some terminals.
  const width = Math.min(widest, Math.max(40, (out.columns ?? widest + 1) - 1))
  let moving: string[] = []
  const write = (text: string): void => {
    if (!signal?.aborted) out.write(text)
  }
  const erase = () => (moving.length > 0 ? `\u001b[${moving.length}A\u001b[J` : '')
  const draw = () => moving.map((line) => `${line}\n`).join('')
  const say = (line = ''): void => write(`${erase()}${line}\n${draw()}`)

  return {
    width,
    say,
    board: (titles) => {
      const fits = out.isTTY === true && (out.rows ?? 24) > titles.length + 1
      if (!fits) return plainBoard(titles, say)
      const line = (index: number, progress: Progress) => clip(progressLine(titles[index] ?? '', progress), width)
      write(erase())
      moving = titles.map((_, index) => line(index, { fraction: 0, stage: '' }))
      write(draw())
      return {
        update: (index, progress) => {
          const up = erase()
          moving[index] = line(index, progress)
          write(up + draw())
        },
        close: () => {
          moving = []
        },
      }
    },
  }
}
