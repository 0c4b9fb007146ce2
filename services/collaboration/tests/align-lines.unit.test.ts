import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Span } from '#shared/domain/recording.ts'
import { alignLines, weightOf } from '../domain/align-lines.ts'

/** Lines as somebody says them: words with short pauses, and longer ones between the lines. */
const said = fc
  .array(
    fc.record({
      weight: fc.integer({ min: 5, max: 120 }),
      haste: fc.double({ min: 0.87, max: 1.15, noNaN: true }),
      words: fc.integer({ min: 1, max: 4 }),
      gapMs: fc.integer({ min: 50, max: 180 }),
      pauseMs: fc.integer({ min: 600, max: 1200 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((lines) => {
    const sounding: Span[] = []
    const whole: Span[] = []
    let at = 200
    for (const { weight, haste, words, gapMs, pauseMs } of lines) {
      const wordMs = Math.max(30, Math.round((weight * 60 * haste) / words))
      const startMs = at
      for (let word = 0; word < words; word += 1) {
        sounding.push({ startMs: at, endMs: at + wordMs })
        at += wordMs + gapMs
      }
      whole.push({ startMs, endMs: at - gapMs })
      at += pauseMs - gapMs
    }
    return { sounding, whole, durationMs: at, weights: lines.map(({ weight }) => weight) }
  })

/** Anything that may be heard. */
const heard = fc
  .array(fc.tuple(fc.integer({ min: 10, max: 900 }), fc.integer({ min: 30, max: 4000 })), {
    minLength: 1,
    maxLength: 150,
  })
  .map((pieces) => {
    let at = 0
    const sounding = pieces.map(([gap, length]) => {
      const startMs = at + gap
      at = startMs + length
      return { startMs, endMs: at }
    })
    return { sounding, durationMs: at + 60 }
  })
const weights = fc.array(fc.integer({ min: 3, max: 300 }), { minLength: 1, maxLength: 40 })

describe('lines in a recording', () => {
  it('are found where they are said, however long the words and pauses within them', () => {
    fc.assert(
      fc.property(said, ({ sounding, whole, durationMs, weights: expected }) => {
        const cuts = alignLines(sounding, durationMs, expected)
        expect(cuts).toHaveLength(whole.length)
        for (const [line, cut] of cuts.entries()) {
          const { startMs, endMs } = whole[line] as Span
          expect(startMs - cut.startMs).toBeGreaterThanOrEqual(0)
          expect(startMs - cut.startMs).toBeLessThanOrEqual(60)
          expect(cut.endMs - endMs).toBeGreaterThanOrEqual(0)
          expect(cut.endMs - endMs).toBeLessThanOrEqual(60)
        }
      }),
    )
  })

  it('are cut in order, one beside the other, with all that sounds and nothing twice', () => {
    fc.assert(
      fc.property(heard, weights, ({ sounding, durationMs }, expected) => {
        fc.pre(expected.length <= sounding.length)
        const cuts = alignLines(sounding, durationMs, expected)
        expect(cuts).toHaveLength(expected.length)
        expect(cuts[0]?.startMs).toBeGreaterThanOrEqual(0)
        expect(cuts.at(-1)?.endMs).toBeLessThanOrEqual(durationMs)
        for (const [line, { startMs, endMs }] of cuts.entries()) {
          expect(endMs).toBeGreaterThan(startMs)
          expect(startMs).toBeGreaterThanOrEqual(cuts[line - 1]?.endMs ?? 0)
        }
        for (const span of sounding) {
          const within = cuts.filter((cut) => cut.startMs <= span.startMs && span.endMs <= cut.endMs)
          expect(within).toHaveLength(1)
        }
      }),
    )
  })

  it('are refused where less is heard than there are', () => {
    fc.assert(
      fc.property(heard, weights, ({ sounding, durationMs }, expected) => {
        fc.pre(expected.length > sounding.length)
        expect(() => alignLines(sounding, durationMs, expected)).toThrow(
          expect.objectContaining({ kind: 'invalid', reason: 'LINES_NOT_FOUND' }),
        )
      }),
    )
  })

  it('are found in five minutes within a blink', () => {
    const sounding = Array.from({ length: 1500 }, (_, at) => ({ startMs: at * 200 + 50, endMs: at * 200 + 200 }))
    const before = performance.now()
    expect(
      alignLines(
        sounding,
        300_060,
        Array.from({ length: 100 }, (_, at) => 10 + (at % 7)),
      ),
    ).toHaveLength(100)
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('weigh what is pronounced', () => {
    expect(weightOf('“No!”')).toBe(5)
    expect(weightOf('“Wohin gehst du?” — fragte')).toBe(weightOf('Wohin gehst du fragte'))
  })
})
