import type { Phrase } from '../../domain/captions.ts'

const two = (value: number): string => String(value).padStart(2, '0')

const timeOf = (ms: number): string => {
  const whole = Math.round(ms)
  const [hours, minutes, seconds] = [
    Math.floor(whole / 3_600_000),
    Math.floor(whole / 60_000) % 60,
    Math.floor(whole / 1000) % 60,
  ]
  return `${two(hours)}:${two(minutes)}:${two(seconds)},${String(whole % 1000).padStart(3, '0')}`
}

/** Captions as an SRT file. Signs that players take for markup are none. */
export const subtitlesOf = (captions: readonly Phrase[]): string =>
  captions
    .map(({ startMs, endMs, lines }, at) => {
      const text = lines.join('\n').replaceAll('<', '‹').replaceAll('>', '›').replaceAll('{', '(').replaceAll('}', ')')
      return `${at + 1}\n${timeOf(startMs)} --> ${timeOf(endMs)}\n${text}\n`
    })
    .join('\n')
