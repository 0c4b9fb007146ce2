import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endOfHours, type Hours, isWithin, nextLocal, wallTime } from '../domain/local-time.ts'

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
    // Within the hour that comes again, the next is tomorrow's: a day has one digest.
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

  const endsBySearch = (now: Date, where: string, hours: Hours) => {
    let at = Math.floor(now.getTime() / minuteMs) * minuteMs
    while (isWithin(new Date(at), where, hours)) at += minuteMs
    return new Date(at)
  }
  const hoursAround = (now: Date, where: string, before: number, after: number): Hours => {
    const shown = wallTime(now, where).minute
    return { startMinute: (shown - before + 1440) % 1440, endMinute: (shown + after) % 1440 }
  }
  // About the days on which clocks are changed somewhere, and any others.
  const changes = ['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-04', '2026-10-03', '2011-12-30']
  const aroundChange = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * 60, max: 36 * 60 }))
    .map(([day, minutes]) => new Date(Date.parse(day) + minutes * minuteMs))

  it('end at the first minute outside of them, at most an hour later than they are long', () => {
    fc.assert(
      fc.property(
        fc.oneof(time, aroundChange),
        zone,
        fc.nat(719),
        fc.integer({ min: 1, max: 720 }),
        (now, where, before, after) => {
          const hours = hoursAround(now, where, before, after)
          const end = endOfHours(now, where, hours)
          expect(iso(end)).toBe(iso(endsBySearch(now, where, hours)))
          expect(end.getTime() - now.getTime()).toBeLessThanOrEqual((before + after + 60) * minuteMs)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('end when clocks that are turned back show it again, and when they skip it', () => {
    const end = (now: string, startMinute: number, endMinute: number) =>
      iso(endOfHours(new Date(now), 'Europe/Vienna', { startMinute, endMinute }))
    const late = 22 * 60
    // 25 October 2026: 03:00 becomes 02:00, so 02:30 comes twice.
    expect(end('2026-10-24T21:00:00Z', late, 150)).toBe('2026-10-25T00:30:00.000Z')
    expect(end('2026-10-25T01:15:00Z', late, 150)).toBe('2026-10-25T01:30:00.000Z')
    expect(end('2026-10-25T00:50:00Z', 165, 360)).toBe('2026-10-25T01:00:00.000Z')
    expect(end('2026-10-24T21:00:00Z', late, 180)).toBe('2026-10-25T02:00:00.000Z')
    // 29 March 2026: 02:00 becomes 03:00.
    expect(end('2026-03-28T22:00:00Z', late, 150)).toBe('2026-03-29T01:00:00.000Z')
    expect(end('2026-03-28T22:00:00Z', late, 420)).toBe('2026-03-29T05:00:00.000Z')
  })
})
