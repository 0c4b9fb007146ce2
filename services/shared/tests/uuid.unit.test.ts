import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derivedUuid, isUuid, uuidv7 } from '../infrastructure/uuid.ts'

const layout = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
const time = fc.integer({ min: 0, max: 2 ** 48 - 1000 })

describe('a UUID v7', () => {
  it('has version, variant and its time in milliseconds', () => {
    fc.assert(
      fc.property(time, (milliseconds) => {
        const id = uuidv7(milliseconds)
        expect(id).toMatch(layout)
        expect(isUuid(id)).toBe(true)
        expect(timeOf(id)).toBe(milliseconds)
      }),
    )
  })

  it('comes after all that were made before it in the same millisecond, however many', () => {
    const ids = Array.from({ length: 20_000 }, () => uuidv7(1_700_000_000_000))
    expect(ids.findIndex((id, index) => index > 0 && id <= (ids[index - 1] as string))).toBe(-1)
  })

  it('of a later millisecond sorts later', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 999 }), (earlier, more) => uuidv7(earlier) < uuidv7(earlier + more)),
    )
  })
})

describe('a derived UUID', () => {
  const key = fc.oneof(
    fc.string(),
    fc.uuid(),
    fc.constant(0).map(() => uuidv7()),
  )

  it('follows from key and purpose alone, and has the layout of a v7', () => {
    fc.assert(
      fc.property(key, fc.string(), (from, purpose) => {
        const id = derivedUuid(from, purpose)
        uuidv7()
        expect(derivedUuid(from, purpose)).toBe(id)
        expect(id).toMatch(layout)
      }),
    )
  })

  it('differs by key and by purpose, also where both together read the same', () => {
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (from, one, other) => {
        if (one !== other) expect(derivedUuid(from, one)).not.toBe(derivedUuid(from, other))
      }),
    )
    expect(derivedUuid('ab', 'c')).not.toBe(derivedUuid('a', 'bc'))
  })

  it('has the time of a key that is a v7, and 1970 for any other', () => {
    fc.assert(fc.property(time, (at) => timeOf(derivedUuid(uuidv7(at), 'id:1')) === at))
    expect(timeOf(derivedUuid('my key', 'id:1'))).toBe(0)
    expect(timeOf(derivedUuid(crypto.randomUUID(), 'id:1'))).toBe(0)
  })
})
