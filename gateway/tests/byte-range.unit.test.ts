import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUnchanged, mayBePart, requestedRange } from '../byte-range.ts'
import { contentDisposition } from '../content-disposition.ts'

describe('a Range header', () => {
  it('asks for first and last bytes, both counted, or for the last so many', () => {
    const size = fc.integer({ min: 1, max: 100_000 })
    fc.assert(
      fc.property(size, fc.nat(110_000), fc.nat(110_000), (length, from, count) => {
        const expected = from < length ? { start: from, end: Math.min(from + count + 1, length) } : 'unsatisfiable'
        expect(requestedRange(`bytes=${from}-${from + count}`, length)).toEqual(expected)
        const rest = from < length ? { start: from, end: length } : 'unsatisfiable'
        expect(requestedRange(`bytes=${from}-`, length)).toEqual(rest)
        const suffix = count > 0 ? { start: Math.max(0, length - count), end: length } : 'unsatisfiable'
        expect(requestedRange(`bytes=-${count}`, length)).toEqual(suffix)
      }),
    )
  })

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=0-1,5-6',
    'lines=0-1',
    'bytes=--1',
  ])('means all when it says %j', (header) => expect(requestedRange(header, 10)).toBeUndefined())

  it('finds nothing in what is empty', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) expect(requestedRange(header, 0)).toBe('unsatisfiable')
  })
})

describe('conditions', () => {
  it('of a whole answer compare weakly, among several, and with anything', () => {
    for (const same of ['"a"', 'W/"a"', '"b", "a"', '*', ' * ']) expect(isUnchanged(same, '"a"')).toBe(true)
    for (const other of [undefined, '', '"b"', 'a', '"ab"']) expect(isUnchanged(other, '"a"')).toBe(false)
  })

  it('of a part compare strongly', () => {
    for (const same of [undefined, '"a"']) expect(mayBePart(same, '"a"')).toBe(true)
    for (const other of ['W/"a"', '"b"', 'Fri, 27 Nov 2026 10:00:00 GMT']) expect(mayBePart(other, '"a"')).toBe(false)
  })
})

describe('content disposition', () => {
  it('shows what runs no script, and saves the rest', () => {
    for (const type of ['audio/mpeg', 'video/mp4', 'image/png', 'text/vtt'])
      expect(contentDisposition(type, undefined)).toBe('inline')
    for (const type of ['text/html', 'image/svg+xml', 'application/epub+zip', 'application/javascript', ''])
      expect(contentDisposition(type, undefined)).toBe('attachment')
  })

  it('is one header of printable characters whatever the name, which clients read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const header = contentDisposition('audio/mpeg', name)
        const [, plain = '', encoded = ''] =
          /^attachment; filename="([\w .-]*)"; filename\*=UTF-8''([\w.!~%-]*)$/.exec(header) ?? []
        expect(decodeURIComponent(encoded)).toBe(name.toWellFormed())
        expect(plain).not.toBe('')
      }),
    )
  })
})
