import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Money } from '../domain/money.ts'

const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
const euro = (minorUnits: bigint) => Money.of(minorUnits, 'EUR')

describe('money', () => {
  it('adds and subtracts exactly, beyond what a float can hold', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(euro(a).plus(euro(b)).minorUnits).toBe(a + b)
        expect(euro(a).plus(euro(b)).minus(euro(b))).toEqual(euro(a))
        expect(euro(a).times(b).minorUnits).toBe(a * b)
      }),
    )
  })

  it('loses nothing when it is split: parts differ by one unit at most, larger ones first', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 100 }), (total, parts) => {
        const shares = euro(total)
          .split(parts)
          .map(({ minorUnits }) => minorUnits)
        expect(shares).toHaveLength(parts)
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total)
        const sizes = shares.map((share) => (share < 0n ? -share : share))
        expect(sizes).toEqual(sizes.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)))
        expect((sizes[0] as bigint) - (sizes.at(-1) as bigint)).toBeLessThanOrEqual(1n)
      }),
    )
  })

  it('cannot be split into no parts, for it would be gone', () => {
    for (const parts of [0, -1, 1.5, Number.NaN]) expect(() => euro(100n).split(parts)).toThrow(RangeError)
  })

  it('shares out to the nearest minor unit, halves away from zero', () => {
    const parts = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: 0n, max: 10n ** 12n }))
    fc.assert(
      fc.property(amount, parts, (total, [part, rest]) => {
        const whole = part + rest + 1n
        const share = euro(total).share(part, whole).minorUnits
        const twiceOff = (share * whole - total * part) * 2n
        const size = twiceOff < 0n ? -twiceOff : twiceOff
        expect(size).toBeLessThanOrEqual(whole)
        if (size === whole) expect(share > 0n).toBe(twiceOff > 0n)
        expect(euro(total).share(whole, whole).minorUnits).toBe(total)
        expect(euro(-total).share(part, whole).minorUnits).toBe(-share)
      }),
    )
    expect(euro(999n).share(1n, 2n).minorUnits).toBe(500n)
    expect(euro(-999n).share(1n, 2n).minorUnits).toBe(-500n)
    for (const [part, whole] of [
      [1n, 0n],
      [-1n, 2n],
      [3n, 2n],
    ] as const) {
      expect(() => euro(1n).share(part, whole)).toThrow(RangeError)
    }
  })

  it('knows the smaller of two amounts', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const smaller = euro(a).atMost(euro(b)).minorUnits
        expect([a, b]).toContain(smaller)
        expect(smaller <= a && smaller <= b).toBe(true)
      }),
    )
  })

  it('refuses to mix currencies', () => {
    const dollar = Money.of(1n, 'USD')
    expect(() => euro(1n).plus(dollar)).toThrowError(expect.objectContaining({ reason: 'CURRENCY_MISMATCH' }))
    expect(() => euro(1n).atMost(dollar)).toThrowError(expect.objectContaining({ reason: 'CURRENCY_MISMATCH' }))
    expect(() => euro(1n).minus(dollar)).toThrowError(expect.objectContaining({ reason: 'CURRENCY_MISMATCH' }))
  })

  it.each(['', 'EU', 'EURO', 'eur', 'EUR\n', 'ÄÖÜ', '€€€'])('knows no currency %j', (currency) => {
    expect(() => Money.of(1n, currency)).toThrowError(expect.objectContaining({ reason: 'INVALID_CURRENCY' }))
  })
})
