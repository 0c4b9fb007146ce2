import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answers, parseAnswers } from './answers.ts'
import { type Half, loadTales } from './load.ts'
import { scoreCharacters, scoreSpeakers } from './score.ts'

const halves: Half[] = ['tuning', 'held-out']
const tales = (await Promise.all(halves.map(loadTales))).flat()
const perfect = ({ lines }: Answers) => lines.map(({ quote, speaker }) => ({ text: quote, speaker }))

const quoted = (content: string) =>
  [...content.matchAll(/“([^”]+)”|"([^"]+)"|„([^“]+)“|»([^«]+)«/g)].map((match) => match.slice(1).join(''))

/** Speech and attribution take turns in a paragraph that begins with a dash. */
const afterDashes = (content: string) =>
  content
    .split('\n')
    .filter((paragraph) => paragraph.startsWith('—'))
    .flatMap((paragraph) =>
      paragraph
        .slice(1)
        .split(/ —|—[.,:;]? /)
        .filter((_, index) => index % 2 === 0),
    )

describe.each(tales)('$slug ($language)', ({ answers, content }) => {
  const { characters, lines } = answers

  test('has from 300 to 2,000 words and at least 14 spoken lines', () => {
    const length = content.split(/\s+/).length
    expect(length).toBeGreaterThanOrEqual(300)
    expect(length).toBeLessThanOrEqual(2000)
    expect(lines.length).toBeGreaterThanOrEqual(14)
  })

  test('holds every quote, in order', () => {
    let from = 0
    for (const { quote } of lines) {
      const at = content.indexOf(quote, from)
      expect(at, quote).toBeGreaterThanOrEqual(0)
      from = at + quote.length
    }
  })

  test('has an answer for everything spoken', () => {
    expect(lines.map(({ quote }) => quote)).toEqual(answers.language === 'es' ? afterDashes(content) : quoted(content))
  })

  test('calls no two characters by the same name', () => {
    for (const { name, aliases } of characters) {
      const others = characters.filter((character) => character.name !== name)
      for (const alias of [name, ...aliases])
        expect(scoreCharacters([{ name: alias, aliases: [] }], others).recall, alias).toBe(0)
    }
  })

  test('scores 1 for its own answers and 0 for none', () => {
    expect(scoreCharacters(characters, characters)).toEqual({ precision: 1, recall: 1, f1: 1 })
    expect(scoreCharacters([], characters)).toEqual({ precision: 0, recall: 0, f1: 0 })
    expect(scoreSpeakers(perfect(answers), lines, characters)).toBe(1)
    expect(scoreSpeakers([], lines, characters)).toBe(0)
  })

  test('loses exactly 1/n for one wrong speaker', () => {
    fc.assert(
      fc.property(fc.nat(lines.length - 1), (wrong) => {
        const found = perfect(answers).map((line, index) => (index === wrong ? { ...line, speaker: 'Nobody' } : line))
        expect(scoreSpeakers(found, lines, characters)).toBeCloseTo(1 - 1 / lines.length, 10)
      }),
    )
  })
})

test('the halves share no tale, and each has two English, one German and one Spanish', async () => {
  expect(new Set(tales.map(({ slug }) => slug)).size).toBe(8)
  for (const half of halves) {
    const languages = (await loadTales(half)).map(({ language }) => language)
    expect(languages.sort()).toEqual(['de', 'en', 'en', 'es'])
  }
})

test('answers that name a stranger, lack a field or invent a role are refused, saying where', () => {
  const fox = { name: 'the fox', aliases: [], role: 'protagonist' }
  const answers = { language: 'en', characters: [fox], lines: [{ quote: 'No.', speaker: 'the fox' }] }
  expect(parseAnswers(answers, 'fox.json')).toEqual(answers)
  const refused = (change: object) => () => parseAnswers({ ...answers, ...change }, 'fox.json')
  expect(refused({ lines: [{ quote: 'No.', speaker: 'the hen' }] })).toThrow('fox.json: lines[0]')
  expect(refused({ characters: [{ ...fox, role: 'narrator' }] })).toThrow('fox.json: characters[0]')
  expect(refused({ language: undefined })).toThrow('fox.json: language')
  expect(refused({ lines: {} })).toThrow('fox.json: lines')
})

describe('characters', () => {
  const wolf = { name: 'the wolf', aliases: ['Mr. Wolf'] }
  const girl = { name: 'Rotkäppchen', aliases: ['das Mädchen'] }

  test('match by name or alias, without case, accents, articles and punctuation', () => {
    const found = [
      { name: 'MR WOLF', aliases: [] },
      { name: 'child', aliases: ['Madchen'] },
    ]
    expect(scoreCharacters(found, [wolf, girl]).f1).toBe(1)
  })

  test('count once each: a second find of the same one costs precision', () => {
    const found = [wolf, { name: 'Wolf', aliases: [] }]
    expect(scoreCharacters(found, [wolf, girl])).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 })
  })

  test('are paired so that most find a partner, in whichever order they come', () => {
    const both = { name: 'wolf', aliases: ['Mädchen'] }
    const one = { name: 'Wolf', aliases: [] }
    expect(scoreCharacters([both, one], [wolf, girl]).f1).toBe(1)
    expect(scoreCharacters([one, both], [girl, wolf]).f1).toBe(1)
  })

  test('do not include the narrator', () => {
    const narrator = { name: 'Erzähler', aliases: [], role: 'narrator' }
    expect(scoreCharacters([wolf, narrator, { name: 'Narrator', aliases: [] }], [wolf]).precision).toBe(1)
  })
})

describe('speakers', () => {
  const characters = [
    { name: 'the fox', aliases: ['Reynard'] },
    { name: 'the hen', aliases: [] },
  ]

  test('are right by alias, whatever marks surround the words', () => {
    const lines = [{ quote: 'Good evening, madam,', speaker: 'the fox' }]
    expect(scoreSpeakers([{ text: '“Good  evening, madam!”', speaker: 'reynard' }], lines, characters)).toBe(1)
    expect(scoreSpeakers([{ text: 'Good evening, madam' }], lines, characters)).toBe(0)
  })

  test('of repeated quotes are compared in order', () => {
    const lines = [
      { quote: 'No.', speaker: 'the fox' },
      { quote: 'No.', speaker: 'the hen' },
    ]
    const found = [
      { text: 'No', speaker: 'fox' },
      { text: 'No', speaker: 'hen' },
    ]
    expect(scoreSpeakers(found, lines, characters)).toBe(1)
    expect(scoreSpeakers(found.toReversed(), lines, characters)).toBe(0)
  })

  test('of a line found whole count for both of its stretches, and of a longer line never for a word inside another', () => {
    const lines = [
      { quote: 'Open,', speaker: 'the fox' },
      { quote: 'it is cold.', speaker: 'the fox' },
      { quote: 'Go!', speaker: 'the hen' },
    ]
    const found = [
      { text: 'Open, it is cold.', speaker: 'the fox' },
      { text: 'Good night.', speaker: 'the hen' },
    ]
    expect(scoreSpeakers(found, lines, characters)).toBeCloseTo(2 / 3, 10)
  })
})
