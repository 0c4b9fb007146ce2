import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindNames } from '../domain/kinds.ts'
import { shippedLocales } from '../domain/locale.ts'
import { compileTemplate } from '../infrastructure/templates/compile.ts'
import { piecesOf, type Values } from '../infrastructure/templates/message.ts'
import { readShipped } from '../infrastructure/templates/shipped.ts'

const shipped = readShipped()

const sample: Values = {
  name: 'Ann',
  host: 'Ann',
  character: 'Greta',
  url: 'https://app.example/x',
  expires: new Date('2026-11-20T10:00:00Z'),
  resets: new Date('2026-12-01T00:00:00Z'),
  characters: 2,
  segments: 5,
  author: 'Bo',
  title: 'The wood',
  change: 'upgraded',
  happened: new Date('2026-11-20T22:05:00Z'),
  state: 'renewal',
  invoice: '2026-000042',
  amount: '$9.99',
  tier: 'GOLD',
  resource: 'stories',
  limit: 3,
  headline: 'News',
  message: 'We have news.',
  count: 2,
  type: 'Stalls',
  extent: 'whole',
  about: 'event',
  starts: 'Monday, July 1, 2041 at 8:00 PM (Central European Time)',
  refund: 'some',
  words: 'some',
  reason: 'The fox is ill.',
  items: { html: '<b>one</b>', text: 'one' },
}

const text = (body: string, subject = 'S') => `subject: ${subject}\ntitle: T\nshort: H\n---\n${body}`
const short = (message: string, locale: string, values: Values, zone = 'UTC') =>
  compileTemplate(`subject: S\ntitle: T\nshort: ${message}\n---\n<mj-text>x</mj-text>`, locale, locale).brief(
    values,
    zone,
  ).short

const reasonOf = async (run: () => unknown): Promise<string> => {
  try {
    await run()
    return ''
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

describe('the platform’s own templates', () => {
  it.each(shippedLocales)('tell in %s of a limit that starts afresh at no time', async (locale) => {
    const source = shipped.get('limit_reached')?.get(locale) ?? ''
    const { resets: _, ...values } = sample
    const template = compileTemplate(source, locale, locale)
    for (const resource of ['collaborators', 'voices']) {
      const mail = await template.render({ ...values, resource }, 'UTC', 'https://u.example/')
      for (const part of [mail.subject, mail.short, mail.text]) expect(part).not.toMatch(/[{}]|undefined/)
    }
    expect(() => template.brief({ ...values, resource: 'stories' }, 'UTC')).toThrow('resets')
  })

  it.each(shippedLocales)('tell in %s what is to be paid, and what becomes of the subscription', (locale) => {
    const template = compileTemplate(shipped.get('payment_failed')?.get(locale) ?? '', locale, locale)
    const told = ['renewal', 'upgrade', 'suspended'].map((state) => template.brief({ ...sample, state }, 'UTC'))
    expect(new Set(told.map(({ title }) => title)).size).toBe(3)
    for (const { short } of told) expect(short).toContain('$9.99')
  })

  it.each(shippedLocales)(
    'tell in %s how many tickets are held, of which type, and whether all that were wanted',
    (locale) => {
      const source = shipped.get('tickets_offered')?.get(locale) ?? ''
      const template = compileTemplate(source, locale, locale)
      const titles = [1, 2, 7].map((count) => template.brief({ ...sample, count }, 'UTC').title)
      expect(new Set(titles).size).toBe(3)
      expect(template.brief({ ...sample }, 'UTC').short).toContain('Stalls')
      expect(source).toContain('{extent, select, part {')
    },
  )

  it('are there for every kind in every language, and need the same values in each', async () => {
    const needed = (source: string) => {
      const asked = new Set<string>()
      const values = new Proxy(sample, {
        has: (known, name) => name in known,
        get: (known, name) => {
          asked.add(String(name))
          return known[String(name)]
        },
      })
      short(source.replaceAll('\n', ' '), 'en', values)
      return [...asked].toSorted().join()
    }
    const names = [...kindNames, 'digest'].toSorted()
    expect([...shipped.keys()].toSorted()).toEqual(names)
    for (const name of names) {
      const texts = shipped.get(name)
      expect([...(texts?.keys() ?? [])].toSorted()).toEqual([...shippedLocales].toSorted())
      const values = new Set([...(texts?.values() ?? [])].map(needed))
      expect([name, values.size]).toEqual([name, 1])
    }
  })

  it.each([...shipped].flatMap(([name, texts]) => [...texts.keys()].map((locale) => [name, locale] as const)))(
    '%s in %s makes a mail of both kinds, in its direction, that fetches nothing',
    async (name, locale) => {
      const source = shipped.get(name)?.get(locale) ?? ''
      const mail = await compileTemplate(source, locale, locale).render(
        sample,
        'Europe/Vienna',
        'https://u.example/?t=1',
      )
      for (const part of [mail.subject, mail.title, mail.short, mail.text]) {
        expect(part).not.toMatch(/[{}§<>]|undefined|\[object/)
        expect(part.trim()).not.toBe('')
      }
      expect(mail.html).not.toMatch(/§|\[object|fonts\.googleapis|<script|<link/)
      expect(mail.html).toContain(`<html lang="${locale}" dir="${locale === 'ar' ? 'rtl' : 'ltr'}"`)
      expect(mail.html).toContain('href="https://u.example/?t=1"')
      expect(mail.text).toContain('https://u.example/?t=1')
    },
  )
})

describe('messages', () => {
  it('count as each language does', () => {
    const arabic = '{n, plural, zero {صفر} one {واحد} two {اثنان} few {قليل} many {كثير} other {آخر}}'
    const forms = [0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103].map((n) => short(arabic, 'ar', { n }))
    expect(forms).toEqual(['صفر', 'واحد', 'اثنان', 'قليل', 'قليل', 'كثير', 'كثير', 'آخر', 'آخر', 'آخر', 'قليل'])
    const english = '{n, plural, =0 {none} one {# story} other {# stories}}'
    expect([0, 1, 2, 1234].map((n) => short(english, 'en', { n }))).toEqual([
      'none',
      '1 story',
      '2 stories',
      '1,234 stories',
    ])
    const french = '{n, plural, one {# histoire} other {# histoires}}'
    expect([0, 1, 2].map((n) => short(french, 'fr', { n }))).toEqual(['0 histoire', '1 histoire', '2 histoires'])
  })

  it('choose by gender', () => {
    const german = '{g, select, female {Die Autorin} male {Der Autor} other {Wer das schrieb,}} {name}'
    expect(['female', 'male', 'x'].map((g) => short(german, 'de', { g, name: 'Bo' }))).toEqual([
      'Die Autorin Bo',
      'Der Autor Bo',
      'Wer das schrieb, Bo',
    ])
  })

  it('tell times in the reader’s zone, as the reader’s region writes them', () => {
    const at = new Date('2026-07-01T22:30:00Z')
    const message = '{at, date, long} {at, time, short}'
    const inZone = (formatLocale: string, zone: string) =>
      compileTemplate(text('<mj-text>x</mj-text>').replace('short: H', `short: ${message}`), 'en', formatLocale)
        .brief({ at }, zone)
        .short.replace(/\u202f/g, ' ')
    expect(inZone('en-US', 'America/New_York')).toBe('July 1, 2026 6:30 PM')
    expect(inZone('en-GB', 'Europe/London')).toBe('1 July 2026 23:30')
    expect(inZone('de-AT', 'Asia/Kolkata')).toBe('2. Juli 2026 04:00')
  })

  it('leave apostrophes outside of braces as they are', () => {
    expect(short("l'histoire d'{name} n'est", 'fr', { name: 'Ann' })).toBe("l'histoire d'Ann n'est")
    expect(piecesOf("a {x, select, a {it'{'s} other {}} b")).toHaveLength(3)
  })

  it('that are broken are refused, and so is a value that is missing', async () => {
    const check = (source: string) => reasonOf(() => compileTemplate(source, 'en', 'en').check())
    expect(await check('subject: x')).toBe('TEMPLATE_INVALID')
    expect(await check(text('<mj-text>{open</mj-text>'))).toBe('TEMPLATE_INVALID')
    expect(await check(text('<mj-text>shut}</mj-text>'))).toBe('TEMPLATE_INVALID')
    expect(await check(text('<mj-text>{n, plural, one {x}}</mj-text>'))).toBe('TEMPLATE_INVALID')
    expect(await check(text('<mj-unknown>x</mj-unknown>'))).toBe('TEMPLATE_INVALID')
    expect(await check(text(''))).toBe('TEMPLATE_INVALID')
    expect(await check(text('<mj-text>§1§</mj-text>'))).toBe('TEMPLATE_INVALID')
    expect(await check(text('<mj-text>good {name}</mj-text>'))).toBe('')
    expect(await reasonOf(() => short('{name}', 'en', {}))).toBe('VALUE_MISSING')
  })
})

describe('values', () => {
  it('are text in HTML, whatever they hold, and stand unchanged in plain text', async () => {
    const template = compileTemplate(
      text('<mj-text>{a, select, other {<b>{a}</b>}}</mj-text><mj-button href="{a}">{a}</mj-button>', '{a}'),
      'en',
      'en',
    )
    const plain = (await template.render({ a: 'PLAIN' }, 'UTC', undefined)).html
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), async (a) => {
        const value = `<i>"'&{x}§0§${a}`
        const { html, text: words } = await template.render({ a: value }, 'UTC', undefined)
        const tags = (of: string) => of.match(/<[a-z!/]/gi)?.length
        expect(tags(html)).toBe(tags(plain))
        expect(html.match(/href="[^"]*"/g)).toHaveLength(1)
        expect(words).toContain(value)
      }),
      { numRuns: 50 },
    )
  })
})
