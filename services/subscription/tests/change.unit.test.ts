import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { periodAt } from '../domain/billing-period.ts'
import { quoteChange, restOf } from '../domain/change.ts'
import { sumOf } from '../domain/invoice.ts'
import { cents, type Tier } from '../domain/tier.ts'

const tier = (id: string, price: number): Tier => ({ id, name: id, price: cents(price), features: [], limits: {} })
const [free, silver, gold] = [tier('FREE', 0), tier('SILVER', 999), tier('GOLD', 1999)]

const start = new Date('2026-12-01T00:00:00Z')
const paid = periodAt(start, start)
const halfWay = new Date('2026-12-16T12:00:00Z')

const price = fc.integer({ min: 0, max: 1_000_000 })
const within = fc.integer({ min: 0, max: paid.end.getTime() - paid.start.getTime() - 1 })
const at = (later: number) => new Date(start.getTime() + later)

describe('what is left of a period', () => {
  it('is worth the share of the price that its time is of the period, to the nearest cent', () => {
    fc.assert(
      fc.property(price, within, (whole, later) => {
        const rest = Number(restOf(cents(whole), paid, at(later)).minorUnits)
        const exact = (whole * (paid.end.getTime() - at(later).getTime())) / (paid.end.getTime() - start.getTime())
        expect(Math.abs(rest - exact)).toBeLessThanOrEqual(0.5 + 1e-6)
        expect(rest).toBeGreaterThanOrEqual(0)
        expect(rest).toBeLessThanOrEqual(whole)
      }),
    )
    expect(restOf(cents(999), paid, start).minorUnits).toBe(999n)
    expect(restOf(cents(999), paid, halfWay).minorUnits).toBe(500n)
  })
})

describe('a change of tier', () => {
  it('to a dearer one costs what is left of the period, less what was paid for that', () => {
    fc.assert(
      fc.property(price, fc.integer({ min: 1, max: 1_000_000 }), within, (low, more, later) => {
        const quote = quoteChange({ tier: 'A', paid }, tier('A', low), tier('B', low + more), at(later))
        if (quote.kind !== 'upgrade') throw new Error(quote.kind)
        const due = sumOf(quote.lines).minorUnits
        expect(due).toBe(
          restOf(cents(low + more), paid, at(later)).minorUnits - restOf(cents(low), paid, at(later)).minorUnits,
        )
        expect(due >= 0n && due <= BigInt(more) + 1n).toBe(true)
        expect(quote).toMatchObject({ period: paid, startsPeriod: false })
      }),
    )
  })

  it('half-way from SILVER to GOLD costs half of each, rounded by itself', () => {
    const quote = quoteChange({ tier: 'SILVER', paid }, silver, gold, halfWay)
    expect(quote).toMatchObject({ kind: 'upgrade', startsPeriod: false })
    if (quote.kind === 'upgrade') expect(quote.lines.map(({ amount }) => amount.minorUnits)).toEqual([-500n, 1000n])
  })

  it('costs nothing where nothing is left of the period: the next one is billed as what it is by then', () => {
    const quote = quoteChange({ tier: 'SILVER', paid }, silver, gold, new Date(paid.end.getTime() + 1))
    expect(quote.kind === 'upgrade' && sumOf(quote.lines).minorUnits).toBe(0n)
  })

  it('begins a period of its own where nothing is paid for, be it FREE or given by an operator', () => {
    for (const present of [free, gold]) {
      const quote = quoteChange({ tier: present.id, paid: undefined }, present, silver, halfWay)
      expect(quote).toEqual({
        kind: 'upgrade',
        lines: [{ tier: 'SILVER', period: periodAt(halfWay, halfWay), amount: cents(999) }],
        period: periodAt(halfWay, halfWay),
        startsPeriod: true,
      })
    }
  })

  it('to a cheaper one follows at the end of what is paid', () => {
    expect(quoteChange({ tier: 'GOLD', paid }, gold, silver, halfWay)).toEqual({ kind: 'downgrade', at: paid.end })
    expect(quoteChange({ tier: 'GOLD', paid }, gold, free, halfWay)).toEqual({ kind: 'downgrade', at: paid.end })
    expect(quoteChange({ tier: 'GOLD', paid: undefined }, gold, free, halfWay)).toEqual({
      kind: 'downgrade',
      at: halfWay,
    })
  })

  it('to the present one is none', () => {
    expect(quoteChange({ tier: 'GOLD', paid }, gold, gold, halfWay)).toEqual({ kind: 'stay' })
    expect(quoteChange({ tier: 'FREE', paid: undefined }, free, free, halfWay)).toEqual({ kind: 'stay' })
  })
})
