import { toJson } from '@bufbuild/protobuf'
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateOf, duration, milliseconds, timestamp } from '../domain/timestamp.ts'

describe('times in protobuf', () => {
  it('are dates to the millisecond, before 1970 too', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(date, (at) => {
        const value = timestamp(at)
        expect(dateOf(value)).toEqual(at)
        expect(new Date(toJson(TimestampSchema, value) as string)).toEqual(at)
      }),
    )
    expect([timestamp(undefined), dateOf(undefined)]).toEqual([undefined, undefined])
  })

  it('are spans of any sign and fraction that JSON can write', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), (span) => {
        const value = duration(span)
        expect(milliseconds(value)).toBeCloseTo(span, 3)
        expect(Math.abs(value.nanos)).toBeLessThan(1_000_000_000)
        expect(toJson(DurationSchema, value)).toMatch(/^-?\d+(\.\d+)?s$/)
      }),
    )
    expect(duration(999.9999999)).toMatchObject({ seconds: 1n, nanos: 0 })
  })
})
