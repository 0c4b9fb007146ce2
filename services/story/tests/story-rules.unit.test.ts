import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileNameOf } from '../application/export-story.ts'
import { progressReport } from '../application/progress-report.ts'
import { isSettable } from '../domain/pdf-scripts.ts'
import { titleKey } from '../infrastructure/list-writes.ts'
import { ruleModerator } from '../infrastructure/moderation.ts'
import { searchChars, searchConfig, searchConfigs } from '../infrastructure/search-config.ts'

const words = 'The old miller went down to the river every morning and looked at the water for a long quiet while. '

describe('moderation', () => {
  const problems = (content: string, title = 'A title', language = 'en') =>
    ruleModerator().problems({ title, content, language })

  it.each([
    ['nothing', ' \n', ['The story has no text.']],
    ['too little', 'Once there was a king.', ['The text has fewer than 20 words.']],
    ['control characters', `${words}\u0007`, ['The text contains control characters; remove them.']],
    ['slurs', `${words} You kike!`, ['The text contains slurs.']],
    ['abuse', `${words} an erotic story about a twelve year old: no, a 12-year-old.`, ['The text sexualises minors.']],
  ])('refuses %s', async (_, content, expected) => {
    expect(await problems(content)).toEqual(expected)
  })

  it('lets tales through that use old words and layout', async () => {
    const tale = `${words}\r\n\f\tThe children gathered faggots of sticks, and a chink of light fell on the naked floor.`
    expect(await problems(tale)).toEqual([])
    expect(
      await problems('昔々あるところに、おじいさんとおばあさんが住んでいました。'.repeat(4), 'むかし', 'ja'),
    ).toEqual([])
  })

  it('reads a long text quickly, whatever is in it', async () => {
    const hostile = ['child '.repeat(300_000), 'erotic '.repeat(280_000), 'a'.repeat(2_000_000), '- '.repeat(1_000_000)]
    for (const content of hostile) {
      const started = performance.now()
      await problems(content)
      expect(performance.now() - started).toBeLessThan(5000)
    }
  })
})

describe('export', () => {
  it.each([
    ['The Mill', 'The-Mill.epub'],
    ['Größe & Ärger: ein Märchen!', 'Grosse-Arger-ein-Marchen.epub'],
    ['../../etc/passwd', 'etc-passwd.epub'],
    ['昔話', 'story.epub'],
    [`${'a'.repeat(79)}-b`, `${'a'.repeat(79)}.epub`],
  ])('names the file of %j %s', (title, name) => {
    expect(fileNameOf(title, 'epub')).toBe(name)
  })

  it('names every file safely', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        expect(fileNameOf(title, 'pdf')).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{0,79}\.pdf$/)
      }),
    )
  })

  it.each([
    ['en', 'A mill — “no!” said Zoë, 😀', true],
    ['ru', 'Жили-были дед да баба', true],
    ['hi', 'एक था राजा', true],
    ['el', 'Μια φορά κι έναν καιρό', true],
    ['ar', 'كان يا ما كان', false],
    ['he', 'hello', false],
    ['ja', '昔々', false],
    ['zh-Hant', '從前', false],
    ['sr', 'Била једном', true],
    ['en', '昔々あるところに', false],
    ['en', '', true],
  ])('sets a PDF in %s of %j: %s', (language, text, expected) => {
    expect(isSettable(language, text)).toBe(expected)
  })
})

describe('search configurations', () => {
  it('follow the language, without its region, and are all known', () => {
    expect(searchConfig('de-AT')).toBe('german')
    expect(searchConfig('tlh')).toBe('simple')
    for (const config of ['german', 'simple', 'english']) expect(searchConfigs).toContain(config)
  })

  it('index the first 256 KiB of a text, cut between characters', () => {
    expect(searchChars('abc')).toBeGreaterThanOrEqual(3)
    expect(searchChars('a'.repeat(300_000))).toBe(262_144)
    expect(searchChars('ä'.repeat(300_000))).toBe(131_072)
    expect(searchChars('😀'.repeat(300_000))).toBe(65_536)
  })
})

describe('the order of titles', () => {
  it('looks at neither case nor accents', () => {
    const titles = ['Zebra', 'apple', 'Éclair', 'eclipse', 'Ärger', 'B'].sort((a, b) =>
      titleKey(a) < titleKey(b) ? -1 : 1,
    )
    expect(titles).toEqual(['apple', 'Ärger', 'B', 'Éclair', 'eclipse', 'Zebra'])
  })
})

describe('progress', () => {
  it('is noted at most four times a second, one note after another', async () => {
    const notes: [number, number][] = []
    let running = 0
    const started = performance.now()
    const { report, settled } = progressReport(
      async (fraction) => {
        running += 1
        expect(running).toBe(1)
        await new Promise((done) => setTimeout(done, 5))
        notes.push([fraction, performance.now() - started])
        running -= 1
      },
      () => {},
    )
    for (let n = 0; n < 60; n += 1) {
      report(n / 60, 'working')
      await new Promise((done) => setTimeout(done, 10))
    }
    await settled()
    expect(notes.length).toBeGreaterThanOrEqual(2)
    expect(notes.length).toBeLessThanOrEqual(Math.ceil((performance.now() - started) / 250) + 1)
    expect(notes.map(([fraction]) => fraction)).toEqual(notes.map(([fraction]) => fraction).toSorted((a, b) => a - b))
  })

  it('is lost without harm when it cannot be noted', async () => {
    const lost: unknown[] = []
    const { report, settled } = progressReport(
      () => Promise.reject(new Error('away')),
      (error) => lost.push(error),
    )
    report(0.5, 'working')
    await settled()
    expect(lost).toHaveLength(1)
  })
})
