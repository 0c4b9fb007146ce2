import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { EventFilter, EventOrder } from '../application/views.ts'
import type { EventDetails } from '../domain/event-details.ts'
import { openCatalog, type TestCatalog } from './catalog-fixture.ts'
import { dayMs, hall, hourMs, inDays, stream } from './event-samples.ts'

let own: TestCatalog
const organizer = uuidv7()

beforeAll(async () => {
  own = await openCatalog('catalog_search')
})

afterAll(async () => {
  const violations = await own.violations()
  await own.close()
  expect(violations).toEqual([])
})

const at = (latitude: number, longitude: number) => ({ ...hall(100), coordinates: { latitude, longitude } })
const from = (startsAt: Date): Pick<EventDetails, 'startsAt' | 'endsAt'> => ({
  startsAt,
  endsAt: new Date(startsAt.getTime() + hourMs),
})
const publish = (title: string, parts: Partial<EventDetails> = {}) => own.publish(organizer, { title, ...parts })
const titles = async (filter: Partial<EventFilter>) => (await own.search(filter)).items.map(({ title }) => title)

describe('the search', () => {
  it('finds words of title, category, tags, venue, city and description, and the beginning of the last', async () => {
    const category = uuidv7()
    const venue = { ...hall(100), name: 'Kuppelsaal', address: { ...hall(1).address!, city: 'Graz' } }
    await publish('Zirkus Größenwahn', { category, tags: ['akrobatik'], description: 'Mit Jongleuren.', venue })
    await publish('Ohne alles', { category, description: 'Von Zirkus ist hier die Rede.' })
    const found = (text: string) => titles({ category, text })
    for (const text of [
      'grossenwahn',
      'GRÖSSENWAHN',
      'größenw',
      'akrobatik',
      'kuppelsaal graz',
      'jongleur',
      '"mit jongleuren"',
    ]) {
      expect(await found(text)).toEqual(['Zirkus Größenwahn'])
    }
    expect(await found('zirkus')).toEqual(['Zirkus Größenwahn', 'Ohne alles'])
    expect(await found('zirkus -rede')).toEqual(['Zirkus Größenwahn'])
    expect(await found('rede or akrobatik')).toHaveLength(2)
    expect(await found('gr')).toEqual([])
    expect(await found('!!!')).toEqual([])
    expect(await found('  ')).toHaveLength(2)
  })

  it('shows what is published and not over, as it is now', async () => {
    const category = uuidv7()
    const id = await publish('First name', { category })
    const { id: draft } = await own.create(organizer, { title: 'A draft', category })
    expect(await titles({ category })).toEqual(['First name'])
    await own.call(() => own.app.updateEvent(organizer, id, 2, { title: 'Second name', category: `${category} B` }))
    expect(await titles({ category })).toEqual([])
    expect(await titles({ category: ` ${category}  b ` })).toEqual(['Second name'])
    expect(await titles({ text: 'first', category: `${category} b` })).toEqual([])
    await own.call(() => own.app.publishEvent(organizer, draft))
    expect(await titles({ category })).toEqual(['A draft'])
    await own.call(() => own.app.cancelEvent(organizer, draft, 'No.'))
    expect(await titles({ category })).toEqual([])
    await own.publish(organizer, { category, startsAt: inDays(0.1), endsAt: inDays(1), title: 'Soon over' })
    own.clock.advance(dayMs - 1)
    expect(await titles({ category })).toEqual(['Soon over'])
    own.clock.advance(1)
    expect(await titles({ category })).toEqual([])
  })

  it('looks for stories and times', async () => {
    const [category, storyId] = [uuidv7(), uuidv7()]
    await publish('Early', { category, ...from(inDays(30)) })
    await publish('Middle', { category, storyId, ...from(inDays(31)) })
    await publish('Late', { category, ...from(inDays(32)) })
    expect(await titles({ storyId })).toEqual(['Middle'])
    expect(await titles({ category })).toEqual(['Early', 'Middle', 'Late'])
    expect(await titles({ category, startsAfter: inDays(31) })).toEqual(['Middle', 'Late'])
    expect(await titles({ category, startsBefore: inDays(31) })).toEqual(['Early'])
    expect(await titles({ category, startsAfter: inDays(31), startsBefore: inDays(32) })).toEqual(['Middle'])
  })

  it('looks around a place, also across the edges of maps', async () => {
    const category = uuidv7()
    await publish('Suva', { category, venue: at(-18.14, 178.44) })
    await publish('Taveuni', { category, venue: at(-16.82, -179.97) })
    await publish('Pole', { category, venue: at(89.9, 90) })
    await publish('Nowhere', { category, venue: stream() })
    const near = (latitude: number, longitude: number, radiusKm: number, order: EventOrder = 'distance') =>
      own.search({ category, near: { center: { latitude, longitude }, radiusKm }, order })
    const fiji = await near(-18, 179.9, 400)
    expect(fiji.items.map(({ title }) => title)).toEqual(['Taveuni', 'Suva'])
    expect(fiji.items.map(({ distanceKm }) => Math.round(distanceKm ?? 0))).toEqual([132, 155])
    expect((await near(-18, 179.9, 140)).items.map(({ title }) => title)).toEqual(['Taveuni'])
    expect((await near(-18, 179.9, 140, 'start')).items[0]).toMatchObject({ title: 'Taveuni' })
    expect((await near(89.9, -90, 30)).items.map(({ title }) => title)).toEqual(['Pole'])
    expect((await near(0, 0, 20_100)).items).toHaveLength(3)
    expect((await near(0, 0, 20_100, 'start')).items).toHaveLength(3)
    expect(await own.search({ category }).then(({ items }) => items[0]?.distanceKm)).toBeUndefined()
    expect(() => own.search({ order: 'distance' })).toThrow(expect.objectContaining({ reason: 'NEAR_REQUIRED' }))
  })

  it('looks for prices that meet a range, and what is left; what has no price comes last', async () => {
    const category = uuidv7()
    const priced = async (title: string, lowestPrice: number, highestPrice: number, currency = 'EUR') => {
      const id = await publish(title, { category })
      await own.note(id, 1, { currency, lowestPrice, highestPrice })
      return id
    }
    await priced('Dear', 5000, 9000)
    await priced('Cheap', 0, 1000)
    await priced('Dollars', 900, 900, 'USD')
    const gone = await priced('Gone', 1, 1)
    await own.note(gone, 2, { available: 0, currency: undefined, lowestPrice: undefined, highestPrice: undefined })
    await publish('Unheard of', { category })
    const price = (min: bigint, max?: bigint) =>
      titles({ category, price: { currency: 'EUR', min, max }, order: 'price' })
    expect(await price(0n)).toEqual(['Cheap', 'Dear'])
    expect(await price(1001n)).toEqual(['Dear'])
    expect(await price(1000n, 4999n)).toEqual(['Cheap'])
    expect(await price(1000n, 5000n)).toEqual(['Cheap', 'Dear'])
    expect(await price(1001n, 4999n)).toEqual([])
    expect(await price(9001n, 2n ** 63n - 1n)).toEqual([])
    expect((await titles({ category, order: 'price' })).slice(0, 3)).toEqual(['Cheap', 'Dollars', 'Dear'])
    expect((await titles({ category, order: 'price' })).slice(3).toSorted()).toEqual(['Gone', 'Unheard of'])
    expect((await titles({ category, onlyAvailable: true })).toSorted()).toEqual(['Cheap', 'Dear', 'Dollars'])
  })

  it('takes every text', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 })
    const words = fc.array(fc.constantFrom('fox', '"', '-', 'or', '(', "'", ':*', '&', '!', '\\', 'grapes', '<->'), {
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          text,
          words.map((each) => each.join(' ')),
          words.map((each) => each.join('')),
        ),
        async (each) => {
          if (!each.includes('\0')) expect(Array.isArray((await own.search({ text: each })).items)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
    expect(() => own.search({ text: 'a\0' })).toThrow(expect.objectContaining({ reason: 'INVALID_TEXT' }))
  })
})

describe('the pages of the search', () => {
  const orders: readonly EventOrder[] = ['relevance', 'start', 'distance', 'price']
  const center = { latitude: 48, longitude: 16 }

  it.each(orders)('by %s neither skip nor repeat what stays, while others come and go', async (order) => {
    const category = uuidv7()
    const add = async (n: number) => {
      const id = await publish(`Zebra ${'zebra '.repeat(n % 2)}`, {
        category,
        venue: at(48 + (n % 3) / 10, 16),
        ...from(inDays(40 + (n % 2))),
      })
      if (n % 4 !== 3) await own.note(id, 1, { lowestPrice: n % 3, highestPrice: 9 })
      return id
    }
    const staying = new Set<string>()
    for (let n = 0; n < 9; n += 1) staying.add(await add(n))
    const near = { center, radiusKm: 500 }
    const all = (await own.search({ category, text: 'zebra', near, order })).items.map(({ id }) => id)
    const seen: string[] = []
    let token = ''
    let n = 9
    do {
      const page = await own.search({ category, text: 'zebra', near, order }, { size: 2, token })
      seen.push(...page.items.map(({ id }) => id))
      token = page.nextPageToken
      const added = await add(n)
      if (n % 2 === 0) await own.call(() => own.app.cancelEvent(organizer, added, 'No.'))
      n += 1
    } while (token !== '')
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => staying.has(id))).toEqual(all)
  })

  it('are refused where their token is not one of this list', async () => {
    const category = uuidv7()
    const near = { center, radiusKm: 500 }
    for (let n = 0; n < 2; n += 1) await publish('Token', { category, venue: at(48, 16) })
    const tokens = new Map<EventOrder, string>()
    for (const order of orders) {
      const page = await own.search({ category, text: 'token', near, order }, { size: 1, token: '' })
      tokens.set(order, page.nextPageToken)
    }
    const id = uuidv7()
    const time = inDays(1).toISOString()
    const forged = [
      ['start', 1, time, id],
      ['start', 'soon', time, id],
      ['start', time, time, 'x'],
      ['start', time, id],
      [time, id],
    ]
    const texts = forged.map((values) => Buffer.from(JSON.stringify(values)).toString('base64url'))
    const mine = (await own.app.listMyEvents(organizer, undefined, { size: 1, token: '' })).nextPageToken
    for (const order of orders) {
      const others = [...tokens].filter(([name]) => name !== order).map(([, token]) => token)
      const foreign = order === 'start' ? [...others, ...texts] : others
      for (const token of [...foreign, mine, '%%%', `${tokens.get(order)}x`.slice(3)]) {
        const asked = Promise.resolve().then(() =>
          own.search({ category, text: 'token', near, order }, { size: 1, token }),
        )
        await expect(asked).rejects.toMatchObject({ reason: 'INVALID_PAGE_TOKEN' })
      }
    }
  })
})
