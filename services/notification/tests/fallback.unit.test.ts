import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLogger } from '#shared/infrastructure/telemetry/logger.ts'
import type { Value } from '../domain/delivery-state.ts'
import { kindNames } from '../domain/kinds.ts'
import { closestOf, fallbackChain } from '../domain/locale.ts'
import { expression, formatLocaleOf } from '../infrastructure/templates/message.ts'
import { createRenderer } from '../infrastructure/templates/renderer.ts'
import { readShipped } from '../infrastructure/templates/shipped.ts'
import { createTexts } from '../infrastructure/templates/texts.ts'
import { keeping, type Typeset, typesetOnce } from '../infrastructure/templates/typeset.ts'
import { eventExamples } from '../presentation/happenings.ts'

const language = fc.constantFrom('en', 'de', 'zh', 'ar', 'pt', 'sr', 'fil')
const place = fc.constantFrom('', '-AT', '-US', '-EG', '-Latn', '-Latn-RS', '-Hant-TW', '-419', '-ZZ')
const extension = fc.constantFrom('', '-u-nu-latn', '-u-hc-h12', '-u-ca-buddhist', '-u-nu-nothing', '-t-en')
const privateUse = fc.stringMatching(/^[a-z0-9]{1,8}$/).map((word) => `-x-${word}`)
const tag = fc.tuple(language, place, extension, fc.oneof(fc.constant(''), privateUse)).map((parts) => parts.join(''))

describe('the languages to look for', () => {
  it('are a tag, what is left of it part by part, and English', () => {
    fc.assert(
      fc.property(tag, (wanted) => {
        const chain = fallbackChain(wanted)
        expect(chain[0]).toBe(wanted)
        expect(chain.at(-1)).toBe('en')
        expect(new Set(chain).size).toBe(chain.length)
        for (const [index, each] of chain.slice(1).entries()) {
          if (each !== 'en') expect(each).toBe(chain[index]?.split('-').slice(0, -1).join('-'))
        }
      }),
    )
  })

  it('lead to the first that there is, whatever its case, and with English to one always', () => {
    fc.assert(
      fc.property(tag, fc.array(tag), fc.boolean(), (wanted, others, hasEnglish) => {
        const available = [...others, ...fallbackChain(wanted).slice(1, 2), ...(hasEnglish ? ['en'] : [])]
        const found = closestOf(wanted, available)
        const rank = (each: string | undefined) =>
          fallbackChain(wanted).findIndex((one) => one.toLowerCase() === each?.toLowerCase())
        const ranks = available.map(rank).filter((each) => each >= 0)
        expect(rank(found)).toBe(ranks.length > 0 ? Math.min(...ranks) : -1)
        expect(rank(closestOf(wanted.toUpperCase(), available))).toBe(rank(found))
        if (hasEnglish) expect(available).toContain(found)
      }),
    )
  })
})

const shipped = readShipped()
const texts = createTexts(undefined as never, shipped, undefined as never)

const open = (source: string, typeset?: Typeset) => {
  const lines: string[] = []
  const log = createLogger({ service: 'test', level: 'warn', destination: { write: (line) => lines.push(line) } })
  const found = { ...texts, find: async () => ({ source, locale: 'en', madeFrom: 'own/en' }) }
  return { renderer: createRenderer(found, (path) => `https://app.example${path}`, log, typeset), lines }
}

const request = { template: 'own', data: {}, extra: {}, names: new Map(), language: 'en', timeZone: 'UTC' }
const frame = (title: string, short = 'S') => `subject: S\ntitle: ${title}\nshort: ${short}\n---\n<mj-text>x</mj-text>`

const word = fc.string().map((text) => `x${text}`)
const value: fc.Arbitrary<Value> = fc.oneof(
  word,
  fc.double({ noNaN: true }),
  fc.oneof(word, fc.date({ noInvalidDate: true }).map(String)).map((at) => ({ at })),
  fc.record({ minorUnits: fc.integer(), currency: fc.stringMatching(/^[A-Z]{3}$/) }),
  word.map((person) => ({ person })),
)
const name = fc.constantFrom(
  'headline',
  'message',
  'title',
  'author',
  'characters',
  'segments',
  'limit',
  'path',
  'n',
  'at',
)
const piece = fc.constantFrom(
  ...[
    'plain ',
    '{',
    '}',
    "'",
    '{n}',
    '{missing}',
    '{at, date, long}',
    '{at, time, short}',
    '{limit, number}',
    '#',
    '§',
  ],
  ...['{n, plural, one {# {title}} other {{missing}}}', '{title, select, x {a} other {{n}}}', '{n, plural, one {1}}'],
)
const line = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
const source = fc.oneof(
  fc.string(),
  fc.tuple(line, line).map(([title, short]) => frame(title, short)),
)

describe('what a reader sees of a notification', () => {
  it('is what its text says, or something plainer, whatever the text and the values are', async () => {
    let plainer = 0
    const data = fc.dictionary(name, value)
    const property = fc.asyncProperty(
      source,
      data,
      tag,
      fc.constantFrom(...kindNames, 'own'),
      fc.constantFrom('UTC', 'Asia/Kolkata'),
      async (text, values, wanted, kind, timeZone) => {
        const { renderer, lines } = open(text)
        const asked = { ...request, data: values, language: wanted, timeZone }
        const whole = await renderer.brief(asked).catch(() => undefined)
        const seen = await renderer.legible({ ...asked, kind })
        if (whole) expect(seen).toEqual({ title: whole.title, short: whole.short })
        else {
          plainer += 1
          expect(seen.title.trim()).not.toBe('')
          expect(lines).toHaveLength(1)
        }
      },
    )
    await fc.assert(property, { numRuns: 200 })
    expect(plainer).toBeGreaterThan(20)
  })

  it('is the text shipped for its kind, else that there is news, in the reader’s language', async () => {
    const { renderer } = open(frame('{missing}'))
    const data = { path: '/', characters: 2, segments: 5 }
    const seen = (kind: string, of = {}) => renderer.legible({ ...request, language: 'de-AT', data: of, kind })
    expect((await seen('story_analyzed', data)).title).toBe('Deine Geschichte ist gelesen')
    expect(await seen('announcement')).toEqual({ title: '1 Neuigkeit für dich', short: '' })
  })

  it('is complained of once, by the template’s name, without what it tells', async () => {
    const { renderer, lines } = open(frame('{at, date, long}'))
    const data = { at: { at: 'Unmistakable' } }
    for (let seen = 0; seen < 3; seen += 1) await renderer.legible({ ...request, data, kind: 'welcome' })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ metadata: { template: 'own', reason: 'VALUE_MISSING' } })
    expect(lines[0]).not.toContain('Unmistakable')
  })
})

describe('language tags', () => {
  it('write dates, numbers and plurals as their language and region do, whatever else they hold', () => {
    const at = new Date('2026-07-01T22:30:00Z')
    const written = (locale: string) => [
      new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at),
      new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(-1234567.8),
      ...[0, 1, 2, 3, 11, 100].map((count) => new Intl.PluralRules(locale).select(count)),
    ]
    fc.assert(
      fc.property(tag, privateUse, (each, rest) => {
        expect(written(formatLocaleOf(each))).toEqual(written(each))
        const bare = each.replace(/-x-.*/, '')
        expect(formatLocaleOf(bare + rest)).toBe(formatLocaleOf(bare))
      }),
    )
  })

  it('share what is made ready of a text by how they write dates and numbers, and all of them one run of MJML', async () => {
    let runs = 0
    const counting: Typeset = (mjml) => {
      runs += 1
      return typesetOnce(mjml)
    }
    const tags = [
      'en',
      'en-GB',
      'en-IN',
      'en-AU-u-hc-h12',
      ...Array.from({ length: 200 }, (_, index) => `en-x-${index}`),
    ]
    for (const [typeset, expected] of [
      [counting, 4],
      [keeping(counting), 1],
    ] as const) {
      runs = 0
      const { renderer } = open(frame('T'), typeset)
      for (const each of tags) await renderer.mail({ ...request, language: each, unsubscribeUrl: undefined })
      expect(runs).toBe(expected)
    }
  })
})

describe('formats of dates', () => {
  it('are kept for the next reader, and let go where readers are in many places', () => {
    const real = Intl.DateTimeFormat
    let made = 0
    Intl.DateTimeFormat = new Proxy(real, {
      construct: (target, given) => {
        made += 1
        return Reflect.construct(target, given)
      },
    })
    try {
      const says = ['en-US', 'en-GB'].map((locale) => expression('{at, date, long}', locale))
      const at = new Date('2026-07-01T22:30:00Z')
      const sayAll = (zones: readonly string[]) => {
        made = 0
        for (const zone of zones) for (const say of says) say({ at }, zone)
        return made
      }
      const [first = '', ...others] = Intl.supportedValuesOf('timeZone')
      expect([sayAll([first]), sayAll([first])]).toEqual([2, 0])
      expect(sayAll(others)).toBeGreaterThan(500)
      expect(sayAll([first])).toBe(2)
    } finally {
      Intl.DateTimeFormat = real
    }
  })
})

describe('examples of events', () => {
  it('have values for each event that people are told of', () => {
    expect([...eventExamples].filter(([, data]) => Object.keys(data).length === 0)).toEqual([])
    expect(eventExamples.get('troupe.story.v1.StoryPublished')).toHaveProperty('title')
    expect(eventExamples.get('troupe.subscription.v1.UsageLimitReached')).toHaveProperty('resets')
  })
})
