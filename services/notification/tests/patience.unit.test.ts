import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUrgent } from '../domain/kinds.ts'
import { mostTries, pauseAfterSetback, pauseAfterTry } from '../domain/patience.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const campaignId = undefined
const urgent = { kind: 'password_reset', campaignId }
const update = { kind: 'story_published', campaignId }

describe('what goes first', () => {
  it('answers its reader or warns them, and is not what a campaign tells many', () => {
    const names = ['password_reset', 'email_verification', 'security_changed', 'subscription_changed', 'limit_reached']
    expect(names.filter((kind) => isUrgent({ kind, campaignId }))).toEqual(names)
    for (const kind of ['welcome', 'story_published', 'announcement', 'digest']) {
      expect(isUrgent({ kind, campaignId }), kind).toBe(false)
    }
    expect(isUrgent({ kind: 'limit_reached', campaignId: 'c' })).toBe(false)
  })
})

describe('a message that its provider does not take', () => {
  it.each([
    ['urgent', urgent, 15 * minuteMs],
    ['an update', update, 2 * hourMs],
  ])('is tried for about a day: %s', (_, about, longestMs) => {
    const pauses = Array.from({ length: mostTries(about) - 1 }, (_, tries) => pauseAfterTry(about, tries))
    const hours = pauses.reduce((sum, pause) => sum + pause, 0) / hourMs
    expect(hours).toBeGreaterThan(24)
    expect(hours).toBeLessThan(26)
    expect(pauses[0]).toBe(2000)
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
    expect(pauses.at(-1)).toBe(longestMs)
  })

  it('waits as long as the provider wishes, up to six hours', () => {
    fc.assert(
      fc.property(fc.constantFrom(urgent, update), fc.nat(200), fc.nat(24 * hourMs), (about, tries, wish) => {
        const pause = pauseAfterTry(about, tries, wish)
        expect(pause).toBeGreaterThanOrEqual(Math.min(wish, 6 * hourMs))
        expect(pause).toBe(Math.max(pauseAfterTry(about, tries), Math.min(wish, 6 * hourMs)))
      }),
    )
  })
})

describe('a message that is held up by something else', () => {
  it('waits longer each time, ten minutes at most', () => {
    expect([0, 1, 2, 8, 9, 5000].map(pauseAfterSetback)).toEqual([2000, 4000, 8000, 512_000, 600_000, 600_000])
  })
})
