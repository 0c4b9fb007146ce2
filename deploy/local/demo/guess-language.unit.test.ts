import { expect, test } from 'vitest'
import { loadTales } from '../../../services/story/tales/load.ts'
import { guessLanguage } from './guess-language.ts'

const tales = [...(await loadTales('tuning')), ...(await loadTales('held-out'))]

test.each(tales)('$slug is recognised as $language', ({ language, content }) => {
  expect(guessLanguage(content)).toBe(language)
  for (const paragraph of content.split('\n\n').filter((each) => each.length > 200)) {
    expect(guessLanguage(paragraph)).toBe(language)
  }
})

test('a text without any known word is not guessed', () => {
  expect(guessLanguage('')).toBeUndefined()
  expect(guessLanguage('12345 — 日本語')).toBeUndefined()
})

test('case does not count', () => {
  expect(guessLanguage('DER WOLF UND DIE SIEBEN GEISSLEIN')).toBe('de')
})
