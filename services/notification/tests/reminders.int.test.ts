import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ReservationCancelledSchema, ReservationConfirmedSchema } from '#gen/troupe/booking/v1/booking_events_pb.ts'
import {
  EventCancelledSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { type Lease, resetLease, takeLease } from '#shared/infrastructure/consumer/lease.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { claimReminders } from '../infrastructure/claims.ts'
import { erasePerson } from '../infrastructure/erasing.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { consumers } from '../presentation/consumers.ts'
import { openNotification, refused, type TestNotification } from './fixture.ts'

const hour = 60 * 60_000
const day = 24 * hour

let notification: TestNotification
let showId: string
let version: number
beforeAll(async () => {
  notification = await openNotification('notification_reminders')
})
afterAll(() => notification.close())
beforeEach(() => {
  showId = uuidv7()
  version = 1
})

const hear = <Schema extends DescMessage>(name: string, schema: Schema, init: MessageInitShape<Schema>) => {
  const occurredAt = notification.clock.now()
  const info = { id: uuidv7(), aggregateId: '', aggregateVersion: 1, occurredAt }
  const consumer = consumers(notification.app).find((each) => each.name === name)
  return notification.call(async () => consumer?.handle(create(schema, init) as never, info))
}

const later = (ms: number) => timestamp(new Date(notification.clock.now().getTime() + ms))

/** What catalog says of the show: that it begins in so many milliseconds. */
const says = (
  schema: typeof EventPublishedSchema | typeof EventUpdatedSchema,
  startsIn: number,
  title = 'The wood',
) => {
  version += 1
  const said = { eventId: showId, title, timeZone: 'Europe/Vienna', startsAt: later(startsIn), version }
  return hear('shows', schema as typeof EventPublishedSchema, said)
}
const publish = (startsIn = 3 * day) => says(EventPublishedSchema, startsIn)
const cancelShow = () => hear('shows', EventCancelledSchema, { eventId: showId, wasPublished: true })

const buy = async (userId: string) => {
  const reservationId = uuidv7()
  await hear('holders', ReservationConfirmedSchema, { reservationId, eventId: showId, userId })
  return reservationId
}
const giveBack = (reservationId: string) =>
  hear('holders', ReservationCancelledSchema, { reservationId, eventId: showId })

const claim = () => claimReminders(notification, 100)
/** Reminds of all that is due, as the worker does, and reaches everybody. */
const remindDue = async () => {
  for (const { id } of await claim()) await notification.call(() => notification.app.remind(id))
  await notification.fanOutAll()
}
const inInbox = async (userId: string) => {
  const page = await notification.app.listNotifications(userId, { unreadOnly: false, pageSize: 20, pageToken: '' })
  return page.notifications.map(({ title, body, url }) => ({ title, body, path: new URL(url).pathname }))
}
const threePeople = async () =>
  [await notification.newPerson(), await notification.newPerson(), await notification.newPerson()] as const
const countOf = async (userId: string) => (await inInbox(userId)).length
const dueAt = async () => (await notification.workers.nextDue())?.getTime()

it('who has tickets a day before is reminded once, in the show’s own time; who buys later is not', async () => {
  const [ann, bob, cem] = await threePeople()
  await publish()
  expect(await dueAt()).toBeUndefined()
  const first = await buy(ann)
  await Promise.all([buy(ann), buy(ann)])
  const bobs = await buy(bob)
  expect(await dueAt()).toBe(notification.clock.now().getTime() + 2 * day)
  notification.clock.advance(2 * day - 1)
  await remindDue()
  expect([await countOf(ann), await countOf(bob)]).toEqual([0, 0])
  notification.clock.advance(1)
  expect(await notification.workers.isQuiet(notification.clock.now())).toBe(false)
  // However late the worker is.
  notification.clock.advance(1)
  await buy(cem)
  notification.workers.start()
  await expect.poll(() => countOf(bob), { timeout: 10_000 }).toBe(1)
  await expect.poll(dueAt, { timeout: 10_000 }).toBeUndefined()
  await notification.workers.stop()
  const starts = 'It begins on Monday, November 23, 2026 at 11:00 AM (Central European Time), local time.'
  const told = { title: 'The wood begins soon', body: starts }
  expect((await inInbox(ann)).map((each) => ({ ...each, body: each.body.replace(/\u202f/g, ' ') }))).toEqual([
    { ...told, path: `/reservations/${first}` },
  ])
  expect((await inInbox(bob)).map(({ path }) => path)).toEqual([`/reservations/${bobs}`])
  expect(await inInbox(cem)).toEqual([])
  expect((await notification.mailsOf(ann)).map(({ subject }) => subject)).toEqual(['The wood begins soon'])
})

it('a show that is moved is reminded of when it begins then, and anew where it was before', async () => {
  const ann = await notification.newPerson()
  await publish()
  await buy(ann)
  await says(EventUpdatedSchema, 5 * day)
  notification.clock.advance(2 * day)
  await remindDue()
  expect(await countOf(ann)).toBe(0)
  notification.clock.advance(2 * day)
  await remindDue()
  expect(await countOf(ann)).toBe(1)
  await says(EventUpdatedSchema, day, 'The woods')
  await remindDue()
  expect(await countOf(ann)).toBe(1)
  await says(EventUpdatedSchema, 6 * hour, 'The woods')
  await remindDue()
  expect((await inInbox(ann)).map(({ title }) => title)).toEqual(['The woods begins soon', 'The wood begins soon'])
  await says(EventUpdatedSchema, 4 * day, 'The woods')
  notification.clock.advance(3 * day)
  await remindDue()
  expect(await countOf(ann)).toBe(3)
})

it('nobody is reminded of what is off, given back or begun', async () => {
  const [ann, bob] = [await notification.newPerson(), await notification.newPerson()]
  await publish()
  await buy(ann)
  const bobs = await buy(bob)
  await giveBack(bobs)
  notification.clock.advance(2 * day)
  // As between two steps: one who was still to be reached gives theirs back, and then all is off.
  for (const { id } of await claim()) await notification.call(() => notification.app.remind(id))
  await cancelShow()
  await notification.fanOutAll()
  expect([await countOf(ann), await countOf(bob)]).toEqual([0, 0])

  showId = uuidv7()
  await publish()
  await buy(ann)
  notification.clock.advance(3 * day)
  await remindDue()
  expect(await countOf(ann)).toBe(0)
  expect(await claim()).toEqual([])
})

it('a reminder that waits is not sent once its reservation is given back, or its show is moved', async () => {
  const [ann, bob, cem] = await threePeople()
  await publish()
  const anns = await buy(ann)
  await buy(bob)
  notification.clock.advance(2 * day)
  await remindDue()
  await giveBack(anns)
  await notification.sendDue()
  const mailed = (userId: string) =>
    notification.statusesOf(userId).then((all) => all.filter((each) => each.includes('email')))
  expect(await mailed(ann)).toEqual(['event_reminder email FAILED OUTDATED'])
  expect(await mailed(bob)).toEqual(['event_reminder email SENT'])
  showId = uuidv7()
  await publish()
  await buy(cem)
  notification.clock.advance(2 * day)
  await remindDue()
  await says(EventUpdatedSchema, 9 * day)
  await notification.sendDue()
  expect(await mailed(cem)).toEqual(['event_reminder email FAILED OUTDATED'])
})

it('all are reminded once, whatever crashes in between and however many look at once', async () => {
  await publish()
  await notification.database.sql(
    `insert into holders select gen_random_uuid(), $1, gen_random_uuid(), $2, $2 from generate_series(1, 600)`,
    showId,
    notification.clock.now(),
  )
  notification.clock.advance(2 * day)
  const remind = () => notification.call(() => notification.app.remind(showId))
  await Promise.all([remind(), remind(), remind()])
  const fanOuts = await notification.database.sql<{ id: string }>(`select id from fan_outs where status = 'RUNNING'`)
  expect(fanOuts).toHaveLength(1)
  // As who died after a step, and one who is not heard of who has done the same.
  const step = () => notification.call(() => notification.app.fanOutStep(fanOuts[0]?.id ?? ''))
  await Promise.allSettled([step(), step()])
  // As a replay of what is projected does: what was told stays told.
  await notification.database.sql('update shows set is_reminded = false, claimed_until = default where id = $1', showId)
  await remindDue()
  await remindDue()
  const [row] = await notification.database.sql(
    `select count(*) as told, count(distinct recipient_id) as people from deliveries
     where kind = 'event_reminder' and channel = 'in_app' and data->>'show' = $1`,
    showId,
  )
  expect(row).toEqual({ told: 600, people: 600 })
})

it('nobody is left out while shows, or who has tickets for them, are read again', async () => {
  const { call, app, database } = notification
  const ann = await notification.newPerson()
  await publish()
  await buy(ann)
  notification.clock.advance(2 * day)
  await call(() => app.remind(showId))
  for (const name of ['shows', 'holders']) {
    const { consumer } = (await takeLease(database, name, 'x', 'reader')) as Lease
    await database.transaction(async (run) => {
      await resetLease(run, consumer)
    })
    expect(await claim()).toEqual([])
    const [running] = await database.sql<{ id: string }>(`select id from fan_outs where status = 'RUNNING'`)
    await expect(call(() => app.fanOutStep(running?.id ?? ''))).rejects.toEqual(refused('SHOWS_INCOMPLETE'))
    await database.sql('delete from consumer_leases where consumer = $1', consumer)
  }
  await notification.fanOutAll()
  expect(await countOf(ann)).toBe(1)
})

it('who leaves is forgotten, and what is heard of them later is not kept', async () => {
  const { database } = notification
  const ann = await notification.newPerson()
  await publish()
  await buy(ann)
  await erasePerson(database, ann, new AbortController().signal)
  await buy(ann)
  expect(await database.sql('select 1 from holders where user_id = $1', ann)).toEqual([])
})

it('shows are kept until they are long over, and who has tickets as long as they are', async () => {
  const { database, clock } = notification
  await publish()
  await buy(await notification.newPerson())
  const left = async (afterMs: number) => {
    await sweep(database, expiries, new Date(clock.now().getTime() + afterMs))
    const count = `select (select count(*) from shows where id = $1) as shows,
      (select count(*) from holders where show_id = $1) as holders`
    return (await database.sql(count, showId))[0]
  }
  expect(await left(92 * day)).toEqual({ shows: 1, holders: 1 })
  expect(await left(94 * day)).toEqual({ shows: 0, holders: 0 })
})
