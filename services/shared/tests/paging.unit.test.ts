import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { realValue, timeValue } from '../application/page-values.ts'
import { decodePageToken, decodeTimePosition, encodePageToken, pageOf, pageSize } from '../application/paging.ts'

const refused = expect.objectContaining({ reason: 'INVALID_PAGE_TOKEN' })

describe('a page token', () => {
  it('gives back what it was made of, and fits into a URL', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))), (values) => {
        const token = encodePageToken(values)
        expect(token).toMatch(/^[\w-]*$/)
        expect(decodePageToken(token, values.length)).toEqual(values)
        expect(() => decodePageToken(token, values.length + 1)).toThrow(refused)
      }),
    )
  })

  it('that nobody gave is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        expect(() => decodeTimePosition(text)).toThrow(refused)
      }),
    )
    const id = '019a0000-0000-7000-8000-000000000001'
    for (const values of [
      [1, 'x'],
      ['1', id],
      [8.64e15 + 1, id],
      [1, id, 1],
    ]) {
      expect(() => decodeTimePosition(encodePageToken(values))).toThrow(refused)
    }
    expect(decodeTimePosition(encodePageToken([5, id]))).toEqual({ time: new Date(5), id })
    expect(decodeTimePosition('')).toBeUndefined()
  })
})

describe('a value of a page token', () => {
  it('is one that Postgres takes', () => {
    expect([0, -0.5, 1e-40, 3.4e38].map(realValue)).toEqual([0, -0.5, 1e-40, 3.4e38])
    for (const value of [1e300, -1e300, 1e-300, 3.5e38, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
      expect(() => realValue(value)).toThrow(refused)
    }
    expect(timeValue('2026-11-28T00:00:00.000Z')).toEqual(new Date('2026-11-28'))
    for (const value of [new Date(-8e15).toISOString(), new Date(8e15).toISOString(), 'yesterday', 5]) {
      expect(() => timeValue(value)).toThrow(refused)
    }
  })
})

describe('a page', () => {
  it('has as many items as asked for, within bounds', () => {
    expect([0, 5, 500].map((requested) => pageSize(requested, 20, 100))).toEqual([20, 5, 100])
  })

  it('leads to the next one until there is none', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 10 }), (count, size) => {
        const all = Array.from({ length: count }, (_, index) => index)
        const seen: number[] = []
        let token = ''
        do {
          const from = token === '' ? 0 : (decodePageToken(token, 1)[0] as number) + 1
          const page = pageOf(all.slice(from, from + size + 1), size, (last) => [last])
          seen.push(...page.items)
          token = page.nextPageToken
        } while (token !== '')
        expect(seen).toEqual(all)
      }),
    )
  })
})
