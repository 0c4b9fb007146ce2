import fc from 'fast-check'
import { expect, it } from 'vitest'
import { InFlight } from '../infrastructure/in-flight.ts'

const keys = fc.oneof(fc.integer({ min: -5, max: 600 }), fc.string({ maxLength: 12 }), fc.uuid())
const change = fc.tuple(fc.constantFrom('set', 'delete'), keys, fc.integer())

it('holds what a Map would', () => {
  const check = fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
    const map = new Map<string | number, number>()
    const inFlight = new InFlight<string | number, number>()
    for (const [kind, key, value] of changes) {
      if (kind === 'delete') expect(inFlight.delete(key)).toBe(map.delete(key))
      else {
        map.set(key, value)
        inFlight.set(key, value)
      }
      expect(inFlight.size).toBe(map.size)
      expect(inFlight.get(key)).toBe(map.get(key))
      expect(inFlight.has(key)).toBe(map.has(key))
    }
    expect(new Map(inFlight.entries())).toEqual(map)
    expect(new Set(inFlight.keys())).toEqual(new Set(map.keys()))
    expect(inFlight.values().toSorted()).toEqual([...map.values()].toSorted())
  })
  fc.assert(check)
})

it('is gone through while things are deleted', () => {
  const inFlight = new InFlight<number, number>()
  for (let number = 0; number < 1000; number += 1) inFlight.set(number, number)
  for (const [key] of inFlight.entries()) expect(inFlight.delete(key)).toBe(true)
  expect(inFlight.size).toBe(0)
})
