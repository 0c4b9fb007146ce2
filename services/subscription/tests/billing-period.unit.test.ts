import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { periodAt } from '../domain/billing-period.ts'

const time = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2060-01-01T00:00:00Z'),
  noInvalidDate: true,
})

describe('a billing period', () => {
  it('holds the time that it is asked for, and begins where the one before it ends', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 20 * 365 * 86_400_000 }), (anchor, later) => {
        const at = new Date(anchor.getTime() + later)
        const { start, end } = periodAt(anchor, at)
        expect(start <= at && at < end).toBe(true)
        expect(periodAt(anchor, end).start).toEqual(end)
        expect(periodAt(anchor, new Date(end.getTime() - 1))).toEqual({ start, end })
        expect(periodAt(anchor, start)).toEqual({ start, end })
      }),
    )
  })

  it('begins at the time of day of the anchor, on its day or the last one of a shorter month', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 20 * 365 * 86_400_000 }), (anchor, later) => {
        const { start } = periodAt(anchor, new Date(anchor.getTime() + later))
        expect(start.toISOString().slice(10)).toBe(anchor.toISOString().slice(10))
        const lastDay = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate()
        expect(start.getUTCDate()).toBe(Math.min(anchor.getUTCDate(), lastDay))
      }),
    )
  })

  it('that is counted from the 31st returns to it', () => {
    const anchor = new Date('2027-01-31T08:30:00Z')
    const starts: string[] = []
    for (let at = anchor; starts.length < 14; at = periodAt(anchor, at).end) starts.push(at.toISOString().slice(0, 10))
    expect(starts).toEqual([
      ...['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31', '2027-06-30', '2027-07-31'],
      ...['2027-08-31', '2027-09-30', '2027-10-31', '2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29'],
    ])
  })
})
