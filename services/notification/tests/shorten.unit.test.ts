import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shorten, shortenPush, shortenTo } from '../domain/shorten.ts'

const family = '👨‍👩‍👧'
const letters = fc.array(fc.constantFrom('a', 'é', 'e\u0301', family, '🇦🇹', ' ', 'न्', 'ü'), { maxLength: 60 })
const graphemes = (text: string) => [...new Intl.Segmenter('und').segment(text)].map(({ segment }) => segment)

describe('a text that is too long', () => {
  it('keeps its beginning, whole letters only, and is as long as it may be', () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 120 }), (all, most) => {
        const text = all.join('')
        const cut = shortenTo(text, most)
        expect(cut.length).toBeLessThanOrEqual(most)
        if (text.length <= most) {
          expect(cut).toBe(text)
          return
        }
        expect(cut.endsWith('…')).toBe(true)
        const kept = graphemes(cut.slice(0, -1))
        const whole = graphemes(text)
        expect(kept).toEqual(whole.slice(0, kept.length))
        // With one more letter and what space it follows, it would not fit.
        const rest = whole.slice(kept.length)
        const next = rest.slice(0, rest.findIndex((letter) => letter !== ' ') + 1).join('')
        if (next !== '') expect(cut.length + next.length).toBeGreaterThan(most)
      }),
    )
  })

  it('is left out where not even the ellipsis fits', () => {
    expect(shortenTo('abc', 0)).toBe('')
    expect(shorten(family, (text) => Buffer.byteLength(text) <= 3)).toBe('…')
  })
})

describe('a push that is too long', () => {
  const bytesOf = (push: { title: string; body: string }) => Buffer.byteLength(JSON.stringify(push))

  it('loses of its body first, then of its title', () => {
    const push = { title: 'Title', body: '✓'.repeat(100) }
    expect(shortenPush(push, bytesOf, 400)).toEqual(push)
    expect(shortenPush(push, bytesOf, 60)).toEqual({ title: 'Title', body: `${'✓'.repeat(10)}…` })
    expect(shortenPush(push, bytesOf, 26)).toEqual({ title: 'T…', body: '' })
  })
})
