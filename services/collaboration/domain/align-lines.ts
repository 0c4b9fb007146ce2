import { invalid } from '#shared/domain/errors.ts'
import type { Span } from '#shared/domain/recording.ts'

const marginMs = 60
/** A pause that is as long as the longest costs nothing, none at all as much as a line that is e times too long. */
const pauseWeight = 1

/** How much there is to say of a line: what is pronounced, and a beginning and an end. */
export const weightOf = (text: string): number => (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) + 3

const tooFew = (heard: number, lines: number) =>
  invalid('data', 'LINES_NOT_FOUND', `${lines} lines were to be recorded, and ${heard} are heard with pauses between`)

/** Joins what stands closest together until at most so many are left. */
const joined = (sounding: readonly Span[], most: number): Span[] => {
  const gaps = sounding.slice(1).map((span, at) => ({ at: at + 1, gap: span.startMs - (sounding[at] as Span).endMs }))
  const kept = new Set(
    gaps
      .toSorted((a, b) => b.gap - a.gap || a.at - b.at)
      .slice(0, most - 1)
      .map(({ at }) => at),
  )
  const spans: Span[] = []
  for (const [at, { startMs, endMs }] of sounding.entries()) {
    const last = spans.at(-1)
    if (last && !kept.has(at)) last.endMs = endMs
    else spans.push({ startMs, endMs })
  }
  return spans
}

/** Which span each line begins with: the way with the least cost, by dynamic programming. */
const beginnings = (spans: readonly Span[], weights: readonly number[]): number[] => {
  const [count, lines] = [spans.length, weights.length]
  const at = (place: number): Span => spans[place] as Span
  const heard = spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const before = [0]
  for (const { startMs, endMs } of spans) before.push((before.at(-1) as number) + endMs - startMs)
  const longest = Math.max(1, ...spans.slice(1).map(({ startMs }, place) => startMs - at(place).endMs))
  const pauseCost = (place: number) =>
    place === 0 ? 0 : pauseWeight * (1 - (at(place).startMs - at(place - 1).endMs) / longest)
  // best[end] is the cost of the lines so far in the first `end` spans; from[line][end] where its last line begins.
  let best = Array.from({ length: count + 1 }, (_, end) => (end === 0 ? 0 : Number.POSITIVE_INFINITY))
  const from: Int32Array[] = []
  for (const [line, weight] of weights.entries()) {
    const expected = Math.max(1, (heard * weight) / whole)
    const next = new Array<number>(count + 1).fill(Number.POSITIVE_INFINITY)
    const origin = new Int32Array(count + 1)
    for (let begin = line; begin <= count - lines + line; begin += 1) {
      const sofar = (best[begin] as number) + pauseCost(begin)
      if (!Number.isFinite(sofar)) continue
      for (let end = begin + 1; end <= count - lines + line + 1; end += 1) {
        const ratio = Math.log(Math.max(1, (before[end] as number) - (before[begin] as number)) / expected)
        const cost = sofar + ratio * ratio
        if (cost >= (next[end] as number)) continue
        next[end] = cost
        origin[end] = begin
      }
    }
    best = next
    from.push(origin)
  }
  const begins: number[] = []
  for (let [line, end] = [lines - 1, count]; line >= 0; line -= 1) {
    end = (from[line] as Int32Array)[end] as number
    begins.unshift(end)
  }
  return begins
}

/**
 * Finds lines, spoken one after another, in a recording: of all pauses the ones that leave each line about as long as it
 * should be, and long ones rather than short ones. Each cut holds what sounds, and up to 60 ms around it, no farther than
 * the middle of a pause. `weights` say how much there is to say. Throws LINES_NOT_FOUND.
 */
export const alignLines = (sounding: readonly Span[], durationMs: number, weights: readonly number[]): Span[] => {
  const lines = weights.length
  if (sounding.length < lines) throw tooFew(sounding.length, lines)
  const spans = joined(sounding, Math.max(3 * lines, lines + 40))
  const begins = beginnings(spans, weights)
  return begins.map((begin, line) => {
    const next = begins[line + 1] ?? spans.length
    const [first, last] = [spans[begin] as Span, spans[next - 1] as Span]
    const [previous, following] = [spans[begin - 1], spans[next]]
    const earliest = previous ? Math.ceil((previous.endMs + first.startMs) / 2) : 0
    const latest = following ? Math.floor((last.endMs + following.startMs) / 2) : durationMs
    return {
      startMs: Math.max(earliest, first.startMs - marginMs, 0),
      endMs: Math.min(latest, last.endMs + marginMs, durationMs),
    }
  })
}
