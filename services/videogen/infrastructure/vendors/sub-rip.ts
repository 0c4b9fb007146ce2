import type { Phrase } from '../../domain/captions.ts'

const two = (value: number): string => String(value).padStart(2, '0')

const timeOf = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => two(Math.floor(part))).join(':')
  return `${clock},${String(Math.floor(ms % 1000)).padStart(3, '0')}`
}

/** Nothing of a text is markup. */
const plain = (text: string): string => text.replace(/[<>{}\\]/g, '').replace(/\s+/g, ' ')

/** Captions as a SubRip file. */
export const subRip = (phrases: readonly Phrase[]): string =>
  phrases
    .map(
      ({ startMs, endMs, lines }, place) =>
        `${place + 1}\n${timeOf(startMs)} --> ${timeOf(endMs)}\n${lines.map(plain).join('\n')}\n`,
    )
    .join('\n')
