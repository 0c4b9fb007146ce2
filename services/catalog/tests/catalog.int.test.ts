import { create, toBinary } from '@bufbuild/protobuf'
import { headers as natsHeaders } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InventoryUpdatedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { connectNats } from '#shared/infrastructure/nats.ts'
import { ensureStream } from '#shared/infrastructure/stream.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { readerOf } from '../../shared/tests/event-fixture.ts'
import { testLog } from '../../shared/tests/fixture.ts'
import type { EventStatus } from '../domain/event-state.ts'
import { consumers } from '../presentation/consumers.ts'
import { openCatalog, type TestCatalog } from './catalog-fixture.ts'
import { dayMs, hall, hourMs, inDays, stream, ticketInput } from './event-samples.ts'

let own: TestCatalog
let ann: string

beforeAll(async () => {
  own = await openCatalog('catalog')
  ann = own.newOrganizer()
})

afterAll(async () => {
  const violations = await own.violations()
  await own.close()
  expect(violations).toEqual([])
})

const refused = (reason: string) => expect.objectContaining({ reason })

describe('an event', () => {
  it('comes back from the database as it was made', async () => {
    const storyId = uuidv7()
    const made = await own.create(ann, { tags: ['a, "b"', 'c\\'], storyId, minimumAge: 16 }, [
      ticketInput({ saleStartsAt: inDays(1).getTime(), saleEndsAt: inDays(2).getTime() }),
      ticketInput({ name: 'Free', priceMinorUnits: 0, quantity: 1 }),
    ])
    const { revision: _, ...read } = { revision: 0, ...(await own.app.getEvent(made.id, ann)) }
    expect(made).toMatchObject(read)
    expect(read.ticketTypes).toEqual(made.ticketTypes)
    const changed = await own.call(() =>
      own.app.updateEvent(ann, made.id, 1, { venue: stream(50), tags: [], storyId: '', organizer: blank }),
    )
    expect(await own.app.getEvent(made.id, ann)).toMatchObject({
      venue: stream(50),
      tags: [],
      storyId: undefined,
      organizer: undefined,
      version: changed.version,
    })
  })

  it('is seen by its organiser alone until it was published', async () => {
    const { id } = await own.create(ann)
    const dropped = await own.create(ann)
    await own.call(() => own.app.cancelEvent(ann, dropped.id, 'No money.'))
    for (const hidden of [id, dropped.id, uuidv7()]) {
      for (const viewer of [undefined, own.newOrganizer()]) {
        await expect(own.app.getEvent(hidden, viewer)).rejects.toEqual(refused('EVENT_NOT_FOUND'))
      }
    }
    await own.call(() => own.app.publishEvent(ann, id))
    await own.call(() => own.app.cancelEvent(ann, id, 'It rains.'))
    expect(await own.app.getEvent(id, undefined)).toMatchObject({ status: 'cancelled', cancelReason: 'It rains.' })
    expect(await own.events(id)).toEqual(['EventCreated', 'EventPublished', 'EventCancelled'])
  })

  it('is changed once from one version, however many try', async () => {
    const { id } = await own.create(ann)
    const titles = ['One of two', 'Two of two']
    const outcomes = await Promise.allSettled(
      titles.map((title) => own.call(() => own.app.updateEvent(ann, id, 1, { title }))),
    )
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(lost?.reason).toEqual(refused('VERSION_CONFLICT'))
    expect((await own.app.getEvent(id, ann)).version).toBe(2)
  })

  it('gets every ticket type that is added side by side, but a name once', async () => {
    const { id } = await own.create(ann, {}, [])
    const add = (name: string) => own.call(() => own.app.addTicketType(ann, id, ticketInput({ name })))
    const outcomes = await Promise.allSettled(['A', 'B', 'a'].map(add))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: refused('TICKET_TYPE_EXISTS') },
    ])
    const { ticketTypes, version } = await own.app.getEvent(id, ann)
    expect(ticketTypes.map(({ nameKey }) => nameKey).toSorted()).toEqual(['a', 'b'])
    expect(version).toBe(3)
  })

  it('is completed by the step of its process only once it is over', async () => {
    const id = await own.publish(ann, { startsAt: inDays(1), endsAt: inDays(2) })
    await own.call(() => own.app.completePastEvent(id))
    expect((await own.app.getEvent(id, ann)).status).toBe('published')
    own.clock.advance(2 * dayMs)
    await own.call(() => own.app.completePastEvent(id))
    await own.call(() => own.app.completePastEvent(id))
    await own.call(() => own.app.completePastEvent(uuidv7()))
    expect(await own.events(id)).toEqual(['EventCreated', 'EventPublished', 'EventCompleted'])
  })

  it.each([
    ['events_length', `ends_at = starts_at`],
    ['events_length', `ends_at = starts_at + interval '32 days'`],
    ['events_status', `status = 'dreamt', published_at = created_at`],
    ['events_cancelled', `status = 'cancelled'`],
    ['events_published', `published_at = created_at`],
    ['events_venue', `venue = jsonb_set(venue, '{capacity}', '-1')`],
    ['events_on_sale', `venue = jsonb_set(venue, '{capacity}', '59')`],
    ['events_on_sale', `ticket_types = '[]'`],
    ['events_ticket_types', `ticket_types = ticket_types || ticket_types`],
    [
      'events_ticket_types',
      `ticket_types = ticket_types || jsonb_build_array(jsonb_build_object(
       'nameKey', 'b', 'currency', 'USD', 'quantity', 1, 'priceMinorUnits', 1))`,
    ],
  ])('cannot break a rule in the database: %s by %s', async (constraint, change) => {
    const id = constraint === 'events_on_sale' ? await own.publish(ann) : (await own.create(ann)).id
    const changing = own.database.sql(`update events set ${change} where id = $1`, id)
    await expect(changing).rejects.toMatchObject({ constraint })
  })
})

const blank = { name: '', email: '', phone: '', website: '', credentials: '' }

describe('an organiser’s own events', () => {
  it('are listed from the latest start on, page by page, while more are made', async () => {
    const bea = own.newOrganizer()
    const made: string[] = []
    for (let n = 0; n < 7; n += 1) {
      const startsAt = inDays(20 + (n % 3))
      made.push((await own.create(bea, { startsAt, endsAt: new Date(startsAt.getTime() + hourMs) })).id)
    }
    await own.create(own.newOrganizer())
    const seen: { id: string; startsAt: Date }[] = []
    let token = ''
    do {
      const page = await own.app.listMyEvents(bea, undefined, { size: 2, token })
      seen.push(...page.items)
      token = page.nextPageToken
      // One that belongs on a page that was shown already.
      await own.create(bea, { startsAt: inDays(60), endsAt: inDays(61) })
    } while (token !== '')
    expect(seen.map(({ id }) => id).toSorted()).toEqual(made.toSorted())
    const times = seen.map(({ startsAt }) => startsAt.getTime())
    expect(times).toEqual(times.toSorted((one, other) => other - one))
  })

  it('are listed by their status', async () => {
    const bea = own.newOrganizer()
    const draft = await own.create(bea)
    const published = await own.publish(bea)
    const idsOf = async (status: EventStatus | undefined) =>
      (await own.app.listMyEvents(bea, status, { size: 9, token: '' })).items.map(({ id }) => id).toSorted()
    expect(await idsOf('draft')).toEqual([draft.id])
    expect(await idsOf('published')).toEqual([published])
    expect(await idsOf('completed')).toEqual([])
    expect(await idsOf(undefined)).toEqual([draft.id, published].toSorted())
  })
})

describe('an organiser who leaves', () => {
  const leave = (organizer: string) => own.app.eraseOrganizer(organizer, new AbortController().signal)

  it('leaves no drafts, nothing that is still to come, and no way to reach them', async () => {
    const leaver = own.newOrganizer()
    const past = await own.publish(leaver, { startsAt: inDays(3), endsAt: inDays(4) })
    const completed = await own.publish(leaver, { startsAt: inDays(3), endsAt: inDays(4) })
    own.clock.advance(2 * dayMs)
    await own.call(() => own.app.completePastEvent(completed))
    const drafts = await Promise.all(Array.from({ length: 60 }, () => own.create(leaver)))
    const published = await own.publish(leaver)
    const cancelled = await own.publish(leaver)
    await own.call(() => own.app.cancelEvent(leaver, cancelled, 'It rains.'))
    const kept = await own.create(ann)
    await own.call(() => leave(leaver))
    await own.call(() => leave(leaver))
    const rows = await own.database.sql<{ id: string; status: string; reason: string; organizer: unknown }>(
      `select id, status, cancel_reason as reason, organizer from events where organizer_id = $1`,
      leaver,
    )
    expect(new Map(rows.map(({ id, ...row }) => [id, row]))).toEqual(
      new Map([
        [past, { status: 'completed', reason: '', organizer: null }],
        [completed, { status: 'completed', reason: '', organizer: null }],
        [published, { status: 'cancelled', reason: 'The organiser has left.', organizer: null }],
        [cancelled, { status: 'cancelled', reason: 'It rains.', organizer: null }],
      ]),
    )
    expect(await own.events(published)).toEqual(['EventCreated', 'EventPublished', 'EventCancelled'])
    expect(await own.events(drafts[0]?.id ?? '')).toEqual(['EventCreated', 'EventCancelled'])
    expect(await own.app.getEvent(kept.id, ann)).toMatchObject({ organizer: { name: 'Ann' } })
  })

  it('begins nothing any more, also what is being begun at the same time', async () => {
    for (let round = 0; round < 8; round += 1) {
      const leaver = own.newOrganizer()
      if (round % 2 === 0) await own.create(leaver)
      const begun = Array.from({ length: 3 }, () => own.create(leaver))
      const outcomes = await Promise.allSettled([...begun, own.call(() => leave(leaver))])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toEqual(refused('ORGANIZER_LEFT'))
      }
      await expect(own.create(leaver)).rejects.toEqual(refused('ORGANIZER_LEFT'))
      await own.call(() => leave(leaver))
      const left = await own.database.sql('select id from events where organizer_id = $1', leaver)
      expect(left).toEqual([])
    }
  })
})

describe('what inventory tells', () => {
  it('is shown by the event and in lists; the highest version holds', async () => {
    const id = await own.publish(ann)
    expect((await own.app.getEvent(id, undefined)).availability).toBeUndefined()
    await own.note(id, 3, { available: 7, lowestPrice: 1000, highestPrice: 4000 })
    await own.note(id, 2, { available: 50 })
    await own.note(id, 3, { available: 50 })
    await own.note(uuidv7(), 1)
    const told = { total: 60, available: 7, currency: 'EUR', lowestPrice: 1000, highestPrice: 4000 }
    expect((await own.app.getEvent(id, undefined)).availability).toEqual(told)
    const updated = await own.call(() => own.app.updateEvent(ann, id, 2, { venue: hall(200) }))
    expect(updated.availability).toEqual(told)
    const nothing = { currency: undefined, lowestPrice: undefined, highestPrice: undefined }
    await own.note(id, 4, { available: 0, ...nothing })
    expect((await own.app.getEvent(id, undefined)).availability).toEqual({ total: 60, available: 0, ...nothing })
  })

  it('is heard from its stream', async () => {
    const server = await suiteNats()
    const nats = await connectNats([server.url], 'test', testLog)
    await ensureStream(nats, 'inventory', 1)
    const [consumer] = consumers(own.app)
    const reader = readerOf({ ...own, nats }, consumer!, 'a', { source: 'inventory' })
    reader.start()
    try {
      const id = await own.publish(ann)
      const tell = async (inventoryVersion: bigint, available: number) => {
        const headers = natsHeaders()
        const fields = {
          'ce-id': uuidv7(),
          'ce-type': InventoryUpdatedSchema.typeName,
          'ce-subject': id,
          'ce-time': inDays(0).toISOString(),
          'ce-aggregateversion': String(inventoryVersion),
          'ce-position': String(inventoryVersion),
          'ce-correlationid': uuidv7(),
        }
        for (const [name, value] of Object.entries(fields)) headers.set(name, value)
        const prices = {
          lowestPrice: { minorUnits: 900n, currency: 'EUR' },
          highestPrice: { minorUnits: 1900n, currency: 'EUR' },
        }
        const left = available > 0 ? prices : {}
        const event = create(InventoryUpdatedSchema, { eventId: id, inventoryVersion, total: 60, available, ...left })
        await nats.js.publish('troupe.inventory.v1.InventoryUpdated', toBinary(InventoryUpdatedSchema, event), {
          headers,
        })
      }
      const shown = (available: number) =>
        eventually(async () => {
          const { availability } = await own.app.getEvent(id, undefined)
          return availability?.available === available ? availability : undefined
        }, 60_000)
      await tell(5n, 12)
      expect(await shown(12)).toEqual({
        total: 60,
        available: 12,
        currency: 'EUR',
        lowestPrice: 900,
        highestPrice: 1900,
      })
      await tell(4n, 13)
      await tell(6n, 0)
      expect(await shown(0)).toMatchObject({ currency: undefined, lowestPrice: undefined })
    } finally {
      await reader.stop()
      await nats.close()
      await server.stop()
    }
  })
})
