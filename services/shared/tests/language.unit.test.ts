import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languageTag, timeZone } from '../domain/language-tag.ts'

describe('a language tag', () => {
  it.each([
    ['de-at', 'de-AT'],
    ['EN', 'en'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
    ['sr-latn', 'sr-Latn'],
  ])('%s reads %s', (text, canonical) => expect(languageTag(text)).toBe(canonical))

  it('is canonical once it has been made so', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9]{1,8}$/)
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        let tag: string
        try {
          tag = languageTag(parts.join('-'))
        } catch {
          return
        }
        expect(languageTag(tag)).toBe(tag)
      }),
    )
  })

  it.each(['', ' en', 'en\n', 'en_US', 'e', 'not a tag', 'en-', '1234567890', '\u0000'])('is not %j', (text) => {
    expect(() => languageTag(text, 'tongue')).toThrowError(
      expect.objectContaining({
        reason: 'INVALID_LANGUAGE',
        details: { fields: [expect.objectContaining({ field: 'tongue' })] },
      }),
    )
  })
})

describe('a time zone', () => {
  it.each(['Europe/Vienna', 'UTC', 'America/New_York'])('may be %s', (name) => expect(timeZone(name)).toBe(name))

  it('is found whatever its case', () => expect(timeZone('europe/vienna')).toBe('Europe/Vienna'))

  it.each(['', 'Vienna', 'Europe/Atlantis', '+01:00', '-05', ' UTC'])('is not %j', (text) => {
    expect(() => timeZone(text)).toThrowError(expect.objectContaining({ reason: 'INVALID_TIME_ZONE' }))
  })
})
