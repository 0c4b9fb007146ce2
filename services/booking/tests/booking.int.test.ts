import { create, type DescMessage, type MessageInitShape, toJson } from '@bufbuild/protobuf'
import { TimestampSchema } from '@bufbuild/protobuf/wkt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  EventCancelledSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import type { ReserveTicketsRequest } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { refused, violationsOf } from '../../shared/tests/rivals.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { consumers } from '../presentation/consumers.ts'
import { assemble, booking } from '../service.ts'

type Opened = Awaited<ReturnType<typeof openKernel>>
const hourMs = 3_600_000
const firstPage = { size: 20, token: '' }

let opened: Opened
let app: ReturnType<typeof assemble>['app']
let work: ReturnType<typeof assemble>['work']
let price = 2500n

/** Inventory as it answers who reserves what there is. */
const reserveTickets = async ({ reservationId, items }: ReserveTicketsRequest) => ({
  hold: {
    reservationId,
    expiresAt: timestamp(new Date(opened.clock.now().getTime() + hourMs / 6)),
    items: items.map((item) => ({ ...item, name: 'Stalls', unitPrice: { minorUnits: price, currency: 'EUR' } })),
  },
})

beforeAll(async () => {
  opened = await openKernel(booking, 'booking')
  const kernel = { ...opened.kernel, client: () => ({ reserveTickets }) } as unknown as Kernel
  ;({ app, work } = assemble(kernel))
})
afterAll(() => opened.close())

const hear = <Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>) => {
  const info = { id: uuidv7(), aggregateId: '', aggregateVersion: 1, occurredAt: opened.clock.now() }
  return opened.call(async () => consumers(app)[0]?.handle(create(schema, init) as never, info))
}

const inHours = (hours: number) => timestamp(new Date(opened.clock.now().getTime() + hours * hourMs))

const newEvent = async (hours = 48) => {
  const [eventId, organizerId] = [uuidv7(), uuidv7()]
  const said = { title: 'The wood', timeZone: 'Europe/Vienna' }
  const times = { startsAt: inHours(hours), endsAt: inHours(hours + 2) }
  await hear(EventPublishedSchema, { eventId, organizerId, ...said, ...times })
  return { eventId, organizerId }
}

/** What a reservation's newest event of a name says. */
const lastSaid = async (id: string, name: string) => {
  const [row] = await opened.database.sql<{ data: object }>(
    `select event_data as data from event_store where stream_id = $1 and event_type like '%.' || $2
     order by event_version desc limit 1`,
    id,
    name,
  )
  return row?.data
}

const reserve = async (eventId: string, quantity = 2, userId = uuidv7()) => {
  const wishes = [{ ticketTypeId: uuidv7(), quantity }]
  return {
    userId,
    ...(await opened.call(() => app.createReservation(userId, { eventId, items: wishes, queueTicket: '' }))),
  }
}

/** A reservation that is paid and confirmed, and its tickets. */
const buy = async (eventId: string, quantity = 2) => {
  const { id, userId } = await reserve(eventId, quantity)
  const { payment } = await opened.call(() => app.payReservation(userId, id, uuidv7()))
  await opened.call(() => app.confirmReservation(id, payment.id))
  const { items: tickets } = await app.listTickets(userId, id, firstPage)
  return { id, userId, paymentId: payment.id, tickets }
}

const view = (userId: string, id: string) => app.getReservation(userId, id)
const violations = () => violationsOf(opened.database, invariants)

describe('a reservation', () => {
  it('is rebuilt from its stream, and looks like it at every step', async () => {
    const { eventId } = await newEvent()
    const { id, userId, paymentId, tickets } = await buy(eventId)
    expect(tickets).toHaveLength(2)
    await opened.call(() => app.confirmReservation(id, paymentId))
    expect((await app.listTickets(userId, id, firstPage)).items).toEqual(tickets)
    expect(await view(userId, id)).toMatchObject({ status: 'CONFIRMED', payment: { status: 'PAID' }, version: 4 })
    await opened.call(() => app.cancelReservation(userId, id))
    const refundId = await opened.call(() => app.closeReservation(id, paymentId, undefined))
    expect(refundId).not.toBe('')
    expect(await view(userId, id)).toMatchObject({ status: 'CANCELLED', payment: { status: 'REFUNDING' } })
    await opened.call(() => app.notePayment(id, paymentId, 'REFUNDED', ''))
    await opened.call(() => app.notePayment(id, paymentId, 'REFUNDED', ''))
    expect(await opened.events(id)).toEqual([
      'ReservationCreated',
      'PaymentRequested',
      'ReservationConfirmed',
      'TicketsIssued',
      'CancellationRequested',
      'ReservationCancelled',
      'ReservationRefunded',
    ])
    expect(await violations()).toEqual([])
  })

  it('tells its buyer’s readers of which event it is, as far as that was heard', async () => {
    const { eventId, organizerId } = await newEvent()
    const startsAt = inHours(48)
    const { id, userId, paymentId } = await buy(eventId, 3)
    const event = {
      title: 'The wood',
      startsAt: toJson(TimestampSchema, create(TimestampSchema, startsAt)),
      timeZone: 'Europe/Vienna',
    }
    expect(await lastSaid(id, 'ReservationConfirmed')).toMatchObject({ event, ticketCount: 3 })
    const moved = { title: 'The woods', timeZone: 'Europe/Paris', startsAt, endsAt: startsAt }
    await hear(EventUpdatedSchema, { eventId, organizerId, ...moved })
    await opened.call(() => app.cancelReservation(userId, id))
    await opened.call(() => app.closeReservation(id, paymentId, undefined))
    await opened.call(() => app.notePayment(id, paymentId, 'REFUNDED', ''))
    for (const name of ['ReservationCancelled', 'ReservationRefunded'])
      expect(await lastSaid(id, name)).toMatchObject({ event: { title: 'The woods', timeZone: 'Europe/Paris' } })
    expect(await lastSaid(id, 'ReservationCancelled')).not.toHaveProperty('eventCancelReason')

    const unheard = await buy(uuidv7(), 1)
    expect(await lastSaid(unheard.id, 'ReservationConfirmed')).not.toHaveProperty('event')
    const expired = await reserve(eventId, 1)
    await opened.call(() => app.closeReservation(expired.id, '', undefined))
    expect(await lastSaid(expired.id, 'ReservationExpired')).toMatchObject({
      ticketCount: 1,
      event: { title: 'The woods' },
    })
  })

  it('keeps the prices of when it was made', async () => {
    const { eventId } = await newEvent()
    const { id, userId } = await reserve(eventId)
    price = 9900n
    expect(await view(userId, id)).toMatchObject({ total: 5000, currency: 'EUR' })
    price = 2500n
  })

  it('is paid once, however many ask at once', async () => {
    const { eventId } = await newEvent()
    const { id, userId } = await reserve(eventId)
    const asked = Array.from({ length: 8 }, () => opened.call(() => app.payReservation(userId, id, uuidv7())))
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await opened.events(id)).toEqual(['ReservationCreated', 'PaymentRequested'])
  })

  it('is not paid after its time, and another card may be tried before', async () => {
    const { eventId } = await newEvent()
    const { id, userId } = await reserve(eventId)
    const { payment } = await opened.call(() => app.payReservation(userId, id, uuidv7()))
    await opened.call(() => app.notePayment(id, payment.id, 'FAILED', 'CARD_DECLINED'))
    await opened.call(() => app.notePayment(id, payment.id, 'UNKNOWN', ''))
    expect((await view(userId, id)).payment).toMatchObject({ status: 'FAILED', reason: 'CARD_DECLINED' })
    const again = await opened.call(() => app.payReservation(userId, id, uuidv7()))
    await opened.call(() => app.notePayment(id, payment.id, 'FAILED', 'OLD'))
    expect((await view(userId, id)).payment).toEqual({ status: 'PROCESSING', id: again.payment.id, reason: '' })
    await opened.call(() => app.notePayment(id, again.payment.id, 'FAILED', 'CARD_DECLINED'))
    opened.clock.advance(hourMs)
    const late = opened.call(() => app.payReservation(userId, id, uuidv7()))
    await expect(late).rejects.toEqual(refused('RESERVATION_EXPIRED'))
  })

  it('can be given back until a day before the start', async () => {
    const { eventId, organizerId } = await newEvent(25)
    const [early, late] = [await buy(eventId), await buy(eventId)]
    await opened.call(() => app.cancelReservation(early.userId, early.id))
    await hear(EventUpdatedSchema, { eventId, organizerId, startsAt: inHours(23), endsAt: inHours(24) })
    const cancelling = opened.call(() => app.cancelReservation(late.userId, late.id))
    await expect(cancelling).rejects.toEqual(refused('REFUND_WINDOW_CLOSED'))
    await opened.call(() => app.cancelReservation(early.userId, early.id))
  })
})

describe('a ticket', () => {
  it('lets in once, of all who come with it at once, and says when and where', async () => {
    const { eventId, organizerId } = await newEvent()
    const { tickets } = await buy(eventId, 1)
    const code = tickets[0]?.code ?? ''
    const gates = ['North', 'South', 'East', 'West']
    const outcomes = await Promise.allSettled(
      gates.map((gate) => opened.call(() => app.checkInTicket(organizerId, code, gate))),
    )
    const [first] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.gate] : []))
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons).toHaveLength(3)
    for (const reason of reasons) {
      expect(reason).toEqual(refused('TICKET_USED'))
      expect(reason.details.metadata).toEqual({ used_at: opened.clock.now().toISOString(), gate: first })
    }
  })

  it('lets in or is given back, never both', async () => {
    const { eventId, organizerId } = await newEvent()
    for (let round = 0; round < 10; round += 1) {
      const { id, userId, tickets } = await buy(eventId, 1)
      const [entered, cancelled] = await Promise.allSettled([
        opened.call(() => app.checkInTicket(organizerId, tickets[0]?.code ?? '', '')),
        opened.call(() => app.cancelReservation(userId, id)),
      ])
      expect([entered.status, cancelled.status].sort()).toEqual(['fulfilled', 'rejected'])
    }
    expect(await violations()).toEqual([])
  })
})

describe('an event that does not take place', () => {
  it('has all cancelled that is not, also what came about afterwards', async () => {
    const { eventId, organizerId } = await newEvent()
    const [confirmed, pending] = [await buy(eventId), await reserve(eventId)]
    const { eventId: other } = await newEvent()
    const spared = await buy(other)
    expect(await work.isQuiet()).toBe(true)
    await hear(EventCancelledSchema, { eventId, organizerId, reason: 'The fox is ill.', wasPublished: true })
    expect(await work.isQuiet()).toBe(false)
    await app.withdrawCancelled()
    const late = await reserve(eventId)
    await app.withdrawCancelled()
    for (const { id, userId } of [confirmed, pending, late])
      expect((await view(userId, id)).cancelReason).toBe('EVENT_CANCELLED')
    expect((await view(spared.userId, spared.id)).cancelReason).toBeUndefined()
    await opened.call(() => app.closeReservation(confirmed.id, confirmed.paymentId, undefined))
    expect(await lastSaid(confirmed.id, 'ReservationCancelled')).toMatchObject({
      eventCancelReason: 'The fox is ill.',
      event: { title: 'The wood' },
      ticketCount: 2,
    })
    expect(await work.isQuiet()).toBe(true)
    const code = confirmed.tickets[0]?.code ?? ''
    const entering = opened.call(() => app.checkInTicket(organizerId, code, ''))
    await expect(entering).rejects.toEqual(refused('EVENT_CANCELLED'))
  })
})

it('money that cannot be paid back is on the list until it is', async () => {
  const { eventId } = await newEvent()
  const { id, userId, paymentId } = await buy(eventId)
  await opened.call(() => app.cancelReservation(userId, id))
  const first = await opened.call(() => app.closeReservation(id, paymentId, undefined))
  const second = await opened.call(() => app.notePayment(id, paymentId, 'REFUND_FAILED', 'CARD_CLOSED'))
  expect(second).not.toBe(first)
  const listed = async () => (await app.listFailedRefunds(false, firstPage)).items
  expect(await listed()).toMatchObject([{ userId, reservation: { id, payment: { reason: 'CARD_CLOSED' } } }])
  await opened.call(() => app.notePayment(id, paymentId, 'REFUNDED', ''))
  expect(await listed()).toEqual([])
})

it('who leaves gives back what is not paid, and is not named any more', async () => {
  const { eventId } = await newEvent()
  const { id, userId } = await buy(eventId)
  const pending = await reserve(eventId, 1, userId)
  await opened.call(() => app.eraseBuyer(userId))
  expect(await opened.events(pending.id)).toEqual(['ReservationCreated', 'CancellationRequested'])
  await expect(view(userId, id)).rejects.toEqual(refused('RESERVATION_NOT_FOUND'))
  await opened.call(() => app.closeReservation(pending.id, '', undefined))
  const rows = await opened.database.sql('select user_id, status from reservations where id = any($1::uuid[])', [
    id,
    pending.id,
  ])
  expect(rows.map(({ user_id }) => user_id)).toEqual([null, null])
  expect(await opened.database.sql('select id from tickets where holder_id = $1', userId)).toEqual([])
  expect(await violations()).toEqual([])
})

it('the database refuses what the rules forbid', async () => {
  const { eventId } = await newEvent()
  const { id } = await buy(eventId)
  const set = (columns: string) => opened.database.sql(`update reservations set ${columns} where id = $1`, id)
  await expect(set(`payment_status = 'UNSPECIFIED'`)).rejects.toThrow(/reservations_paid_are_confirmed/)
  await expect(set(`status = 'PENDING'`)).rejects.toThrow(/reservations_paid_are_confirmed/)
  await expect(set(`status = 'CANCELLED', payment_status = 'PROCESSING'`)).rejects.toThrow(/reservations_ended/)
  await expect(set(`status = 'PENDING', payment_status = 'REFUNDED'`)).rejects.toThrow(/reservations_refunded/)
  await opened.database.sql(`update tickets set status = 'REFUNDED' where reservation_id = $1`, id)
  await opened.database.sql(`update reservations set version = 9 where id = $1`, id)
  expect(await violations()).not.toEqual([])
})
