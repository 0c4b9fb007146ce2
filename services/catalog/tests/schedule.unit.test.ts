import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localTime } from '../domain/schedule.ts'
import { chordOf, cubeAround, cubeOf, kilometresOf } from '../infrastructure/earth.ts'
import { foldedText, searchQuery } from '../infrastructure/search-text.ts'

describe('local times', () => {
  it.each([
    ['2027-03-01T19:00:00Z', 'Europe/Berlin', '2027-03-01T20:00:00+01:00'],
    // Clocks go forward at 01:00 UTC and back at 01:00 UTC.
    ['2027-03-28T00:59:59Z', 'Europe/Berlin', '2027-03-28T01:59:59+01:00'],
    ['2027-03-28T01:00:00Z', 'Europe/Berlin', '2027-03-28T03:00:00+02:00'],
    ['2027-10-31T00:59:59Z', 'Europe/Berlin', '2027-10-31T02:59:59+02:00'],
    ['2027-10-31T01:00:00Z', 'Europe/Berlin', '2027-10-31T02:00:00+01:00'],
    ['2027-03-14T06:59:59Z', 'America/New_York', '2027-03-14T01:59:59-05:00'],
    ['2027-03-14T07:00:00Z', 'America/New_York', '2027-03-14T03:00:00-04:00'],
    // Half an hour of summer time.
    ['2027-04-03T14:59:00Z', 'Australia/Lord_Howe', '2027-04-04T01:59:00+11:00'],
    ['2027-04-03T15:00:00Z', 'Australia/Lord_Howe', '2027-04-04T01:30:00+10:30'],
    ['2027-01-01T00:00:00Z', 'Asia/Kathmandu', '2027-01-01T05:45:00+05:45'],
    ['2027-01-01T00:00:00Z', 'America/St_Johns', '2026-12-31T20:30:00-03:30'],
    ['2026-12-31T23:30:00.250Z', 'Pacific/Kiritimati', '2027-01-01T13:30:00+14:00'],
    ['2027-07-01T12:00:00Z', 'UTC', '2027-07-01T12:00:00+00:00'],
    ['1880-01-01T00:00:00Z', 'Europe/Vienna', '1880-01-01T01:05:00+01:05'],
  ])('%s in %s is %s', (time, zone, local) => {
    expect(localTime(new Date(time), zone)).toBe(local)
  })

  it('are the same instants, to the second', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    const seconds = fc.integer({ min: -62_000_000_000, max: 253_000_000_000 })
    fc.assert(
      fc.property(seconds, zones, (second, zone) => {
        expect(new Date(localTime(new Date(second * 1000), zone)).getTime()).toBe(second * 1000)
      }),
      { numRuns: 300 },
    )
  })
})

describe('places', () => {
  const place = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  })
  const numbers = (text: string) => text.match(/-?[\d.]+(e-?\d+)?/g)!.map(Number)

  it('are as far apart as the haversine formula says', () => {
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [a, b] = [cubeOf(one), cubeOf(other)].map(numbers) as [number[], number[]]
        const chord = Math.hypot(...a.map((each, index) => each - b[index]!))
        const [f1, f2, l1, l2] = [one.latitude, other.latitude, one.longitude, other.longitude].map(
          (degrees) => (degrees * Math.PI) / 180,
        ) as [number, number, number, number]
        const h = Math.sin((f1 - f2) / 2) ** 2 + Math.cos(f1) * Math.cos(f2) * Math.sin((l1 - l2) / 2) ** 2
        const haversine = 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)))
        expect(Math.abs(kilometresOf(chord) - haversine)).toBeLessThan(0.5)
        const box = numbers(cubeAround(one, chord + 1e-12))
        expect(b.every((each, axis) => each >= box[axis]! && each <= box[axis + 3]!)).toBe(true)
      }),
    )
  })

  it('have chords for all ways around the earth', () => {
    expect(kilometresOf(chordOf(50))).toBeCloseTo(50, 9)
    expect(chordOf(20_100)).toBe(2)
    expect(chordOf(0)).toBe(0)
  })
})

describe('words', () => {
  it('are compared without accents and case', () => {
    expect(foldedText('Größe CAFÉ Ångström Ёлка')).toBe('grosse cafe angstrom елка')
  })

  it('may end in the beginning of one, unless that says little, or more than a word', () => {
    const isPrefix = (text: string) => searchQuery(text, () => '$1').includes(':*')
    expect(['fox', 'the gra', 'Ärz', '"the fox" gra'].map(isPrefix)).toEqual([true, true, true, true])
    expect(['fo', 'fox ', '"the fox"', 'fox -gra', 'fox!', ''].map(isPrefix)).toEqual(Array(6).fill(false))
  })
})
