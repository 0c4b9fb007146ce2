import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, nextLocal, wallTime } from '../domain/local-time.ts'

const zones = [
  'UTC',
  'Europe/Vienna',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Asia/Tehran',
]
const zone = fc.constantFrom(...zones)
const time = fc.date({ min: new Date('2011-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
const minute = fc.integer({ min: 0, max: 1439 })
const iso = (date: Date) => date.toISOString()
const minuteMs = 60_000

describe('the next time that clocks show', () => {
  it('comes later, shows it unless clocks skip it, and not a second time before', () => {
    fc.assert(
      fc.property(time, zone, minute, fc.integer({ min: 0, max: 7 }), (now, where, at, weekday) => {
        const next = nextLocal(now, where, at, weekday)
        expect(next.getTime()).toBeGreaterThan(now.getTime())
        const days = (next.getTime() - now.getTime()) / (24 * 60 * minuteMs)
        // A date that a zone has left out, and a clock that is turned back.
        expect(days).toBeLessThan((weekday === 0 ? 1 : 7) + 1.1)
        const shown = wallTime(next, where)
        if (shown.minute !== at) {
          // Skipped: a moment before, clocks showed less, and now they show more.
          expect(wallTime(new Date(next.getTime() - 3 * 60 * minuteMs), where).minute).not.toBe(at)
          expect((shown.minute - at + 1440) % 1440).toBeLessThanOrEqual(60)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is the first minute that a search by minutes finds', () => {
    fc.assert(
      fc.property(time, zone, minute, (now, where, at) => {
        const found = nextLocal(now, where, at)
        const start = Math.floor(now.getTime() / minuteMs) * minuteMs + minuteMs
        for (let each = start; each < found.getTime(); each += 7 * minuteMs) {
          const shown = wallTime(new Date(each), where)
          // Only when clocks are turned back is a time shown twice, of which the first is taken.
          if (shown.minute === at) expect(wallTime(new Date(each - 60 * minuteMs), where).minute).toBe(at)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('is right on the days that clocks are changed', () => {
    const vienna = (now: string, at: number) => iso(nextLocal(new Date(now), 'Europe/Vienna', at))
    // 29 March 2026: 02:00 becomes 03:00. 02:30 is skipped, so it is an hour later.
    expect(vienna('2026-03-28T12:00:00Z', 150)).toBe('2026-03-29T01:30:00.000Z')
    expect(vienna('2026-03-28T12:00:00Z', 8 * 60)).toBe('2026-03-29T06:00:00.000Z')
    expect(vienna('2026-03-27T12:00:00Z', 8 * 60)).toBe('2026-03-28T07:00:00.000Z')
    // 25 October 2026: 03:00 becomes 02:00. 02:30 comes twice, and the first is it.
    expect(vienna('2026-10-24T12:00:00Z', 150)).toBe('2026-10-25T00:30:00.000Z')
    // Within the hour that comes again, the next is tomorrow's.
    expect(vienna('2026-10-25T00:45:00Z', 150)).toBe('2026-10-26T01:30:00.000Z')
    expect(vienna('2026-10-25T01:15:00Z', 150)).toBe('2026-10-26T01:30:00.000Z')
  })

  it('on a weekday is that weekday there', () => {
    fc.assert(
      fc.property(time, zone, fc.integer({ min: 1, max: 7 }), (now, where, weekday) => {
        const name = new Intl.DateTimeFormat('en', { timeZone: where, weekday: 'long' })
        const names = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
        expect(name.format(nextLocal(now, where, 720, weekday))).toBe(names[weekday - 1])
      }),
    )
  })
})

describe('hours of the day', () => {
  it('hold what lies between their ends, past midnight too', () => {
    const night = { startMinute: 22 * 60, endMinute: 7 * 60 }
    const at = (text: string) => isWithin(new Date(text), 'Europe/Vienna', night)
    expect(at('2026-11-20T20:59:00Z')).toBe(false)
    expect(at('2026-11-20T21:00:00Z')).toBe(true)
    expect(at('2026-11-21T05:59:00Z')).toBe(true)
    expect(at('2026-11-21T06:00:00Z')).toBe(false)
  })

  it('are left when they end', () => {
    fc.assert(
      fc.property(time, zone, minute, minute, (now, where, startMinute, endMinute) => {
        fc.pre(startMinute !== endMinute && isWithin(now, where, { startMinute, endMinute }))
        const end = nextLocal(now, where, endMinute)
        const shown = wallTime(end, where).minute
        fc.pre(shown === endMinute)
        expect(isWithin(end, where, { startMinute, endMinute })).toBe(false)
      }),
    )
  })
})
