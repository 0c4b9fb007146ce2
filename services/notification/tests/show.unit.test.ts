import { describe, expect, it } from 'vitest'
import { showOf } from '../domain/show.ts'
import { timeThere } from '../infrastructure/templates/message.ts'

const at = (text: string) => new Date(text)
const said = { id: 's1', title: 'The wood', timeZone: 'Europe/Vienna' }

describe('a show', () => {
  const published = showOf(undefined, { ...said, startsAt: at('2027-03-10T19:00Z'), version: 2 }, at('2027-01-01'))

  it('is reminded of a day before it begins', () => {
    expect(published).toEqual({
      ...said,
      startsAt: at('2027-03-10T19:00Z'),
      startVersion: 2,
      remindAt: at('2027-03-09T19:00Z'),
    })
  })

  it('that is renamed is reminded of as before', () => {
    const renamed = { ...said, title: 'The woods', startsAt: published.startsAt, version: 3 }
    expect(showOf(published, renamed, at('2027-03-10'))).toEqual({ ...published, title: 'The woods' })
  })

  it('that is moved is reminded of anew, at once where it begins within a day', () => {
    const moved = (startsAt: string, now: string) =>
      showOf(published, { ...said, startsAt: at(startsAt), version: 3 }, at(now))
    expect(moved('2027-03-12T19:00Z', '2027-03-10')).toMatchObject({
      startVersion: 3,
      remindAt: at('2027-03-11T19:00Z'),
    })
    expect(moved('2027-03-10T20:00Z', '2027-03-10T08:00Z')).toMatchObject({ remindAt: at('2027-03-10T08:00Z') })
  })
})

it('a time is told as it is there, with the name of its zone, as the reader writes it', () => {
  const start = at('2041-07-01T18:00Z')
  const told = (locale: string, zone: string) => timeThere(locale, start, zone).replace(/\u202f/g, ' ')
  expect(told('en-US', 'Europe/Vienna')).toBe('Monday, July 1, 2041 at 8:00 PM (Central European Time)')
  expect(told('de', 'America/New_York')).toBe('Montag, 1. Juli 2041 um 14:00 (Nordamerikanische Ostküstenzeit)')
  expect(told('hi', 'Asia/Kolkata')).toContain('11:30')
})
