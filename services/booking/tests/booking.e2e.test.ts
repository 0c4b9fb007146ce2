import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { BookingService, PassFormat } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import {
  CancelReason,
  type Reservation,
  ReservationPaymentStatus,
  ReservationStatus,
} from '#gen/troupe/booking/v1/reservation_pb.ts'
import { TicketStatus } from '#gen/troupe/booking/v1/ticket_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'
import { type Clients, clients, becomes as comesToBe, payWith, putOnSale } from './sale.ts'

const mesh = testMesh()
const { CONFIRMED, CANCELLED, EXPIRED, PENDING } = ReservationStatus

let ann: TestUser
let bob: TestUser
let organizer: Clients
let buyer: Clients

beforeAll(async () => {
  ;[ann, bob] = await Promise.all([mesh.newUser('Ann Organiser'), mesh.newUser('Bob Buyer')])
  organizer = clients(ann)
  buyer = clients(bob)
})

const onSale = () => putOnSale(organizer, buyer)
const get = async (reservationId: string) =>
  (await buyer.booking.getReservation({ reservationId })).reservation as Reservation
const becomes = (reservationId: string, is: (reservation: Reservation) => boolean) =>
  comesToBe(buyer, reservationId, is)
const pay = (reservationId: string, token: string) => payWith(buyer, reservationId, token)
/** What the buyer is told of a reservation. */
const told = (reservationId: string, kind: string) =>
  eventually(async () => {
    const { notifications } = await createClient(NotificationService, bob.transport).listNotifications({})
    return notifications.find((each) => each.kind === kind && each.url.endsWith(`/reservations/${reservationId}`))
  })
const ticketsOf = async (reservationId: string) => (await buyer.booking.listTickets({ reservationId })).tickets

describe('a reservation that costs nothing', () => {
  it('is confirmed by itself, its tickets let in once, and nobody else sees any of it', async () => {
    const { reserve, eventId } = await onSale()
    const { id, status, total } = await reserve('Gallery', 2)
    expect({ status, total: total?.minorUnits }).toEqual({ status: PENDING, total: 0n })
    await becomes(id, (found) => found.status === CONFIRMED)
    expect((await told(id, 'reservation_confirmed')).title).toMatch(/^Your .*tickets/)
    const [one, two, ...others] = await ticketsOf(id)
    expect(others).toEqual([])
    expect(one).toMatchObject({ name: 'Gallery', eventId, status: TicketStatus.VALID })

    const { content } = await buyer.booking.getTicketPass({ ticketId: one?.id ?? '', format: PassFormat.PDF })
    expect(Buffer.from(content.slice(0, 5)).toString()).toBe('%PDF-')
    const { contentType } = await buyer.booking.getTicketPass({ ticketId: one?.id ?? '', format: PassFormat.PNG })
    expect(contentType).toBe('image/png')

    const code = one?.code ?? ''
    const checkIn = () => organizer.booking.checkInTicket({ code, gate: 'North gate' })
    expect(await outcomeOf(buyer.booking.checkInTicket({ code }))).toBe('PermissionDenied NOT_THE_ORGANIZER')
    const { ticket } = await eventually(checkIn)
    expect(ticket).toMatchObject({ status: TicketStatus.USED, checkIn: { gate: 'North gate' } })
    expect(await outcomeOf(checkIn())).toBe('FailedPrecondition TICKET_USED')
    await expect(checkIn()).rejects.toThrow(/North gate/)
    expect(await outcomeOf(organizer.booking.checkInTicket({ code: 'TR1.AAAA' }))).toBe(
      'InvalidArgument TICKET_CODE_INVALID',
    )
    const used = { ticketId: one?.id ?? '', format: PassFormat.PNG }
    expect(await outcomeOf(buyer.booking.getTicketPass(used))).toBe('FailedPrecondition TICKET_NOT_VALID')
    expect(await outcomeOf(buyer.booking.cancelReservation({ reservationId: id }))).toBe(
      'FailedPrecondition TICKET_USED',
    )
    expect(await outcomeOf(buyer.booking.payReservation({ reservationId: id, paymentMethodId: id }))).toBe(
      'FailedPrecondition RESERVATION_CONFIRMED',
    )

    const own = { reservationId: id }
    const prying = [
      organizer.booking.getReservation(own),
      organizer.booking.cancelReservation(own),
      organizer.booking.getReservationHistory(own),
      organizer.booking.watchReservation(own)[Symbol.asyncIterator]().next(),
    ]
    for (const outcome of await Promise.all(prying.map(outcomeOf)))
      expect(outcome).toBe('NotFound RESERVATION_NOT_FOUND')
    const foreign = { ticketId: two?.id ?? '', format: PassFormat.PDF }
    expect(await outcomeOf(organizer.booking.getTicketPass(foreign))).toBe('NotFound TICKET_NOT_FOUND')
    const { entries } = await buyer.booking.getReservationHistory(own)
    expect(entries.map(({ event, version }) => `${version} ${event}`)).toEqual([
      '1 ReservationCreated',
      '2 ReservationConfirmed',
      '3 TicketsIssued',
    ])
  })
})

describe('a reservation that is paid', () => {
  it('is watched from hold to tickets, and given back', async () => {
    const { reserve, available } = await onSale()
    const { id } = await reserve('Stalls', 2)
    expect(await available()).toBe(1)
    const seen: ReservationStatus[] = []
    const watching = (async () => {
      for await (const { reservation } of buyer.booking.watchReservation({ reservationId: id })) {
        if (reservation) seen.push(reservation.status)
      }
    })()
    await pay(id, 'tok_4242')
    await becomes(id, ({ status }) => status === CONFIRMED)
    await eventually(() => seen.at(-1) === CONFIRMED || undefined)
    const confirmed = await get(id)
    expect(confirmed.payment).toMatchObject({ status: ReservationPaymentStatus.PAID, failureReason: '' })
    expect(await ticketsOf(id)).toHaveLength(2)
    const [ticket] = await ticketsOf(id)

    const { reservation } = await buyer.booking.cancelReservation({ reservationId: id })
    expect(reservation?.cancelReason).toBe(CancelReason.BUYER)
    expect(await outcomeOf(organizer.booking.checkInTicket({ code: ticket?.code ?? '' }))).toBe(
      'FailedPrecondition TICKET_REFUNDED',
    )
    const ended = await becomes(id, ({ payment }) => payment?.status === ReservationPaymentStatus.REFUNDED)
    expect(ended.status).toBe(CANCELLED)
    expect((await ticketsOf(id)).map(({ status }) => status)).toEqual([TicketStatus.REFUNDED, TicketStatus.REFUNDED])
    // The stream ends by itself with what it watches, and the tickets are for sale again.
    await watching
    expect([seen[0], seen.at(-1)]).toEqual([PENDING, CANCELLED])
    expect(seen).toContain(CONFIRMED)
    expect(await available()).toBe(3)
  })

  it('is watched on from the version that is known, with signs of life', async () => {
    const { reserve } = await onSale()
    const { id, version } = await reserve('Stalls', 1)
    const watch = (knownVersion: number) =>
      buyer.booking.watchReservation({ reservationId: id, knownVersion })[Symbol.asyncIterator]()
    const [fresh, resumed] = [watch(0), watch(version)]
    expect((await fresh.next()).value?.reservation).toMatchObject({ id, version })
    const [first, alive] = await Promise.all([resumed.next(), fresh.next()])
    expect([first.value?.reservation, alive.value?.reservation]).toEqual([undefined, undefined])
    const told = [resumed.next(), fresh.next()]
    await buyer.booking.cancelReservation({ reservationId: id })
    for (const { value } of await Promise.all(told)) expect(value?.reservation?.version).toBe(version + 1)
    const ended = await becomes(id, ({ status }) => status === CANCELLED)
    for (const stream of [fresh, resumed]) {
      let last = 0
      for (let next = await stream.next(); !next.done; next = await stream.next())
        last = next.value.reservation?.version ?? last
      expect(last).toBe(ended.version)
    }
    expect(await watch(ended.version).next()).toMatchObject({ done: true })
    expect((await watch(1).next()).value?.reservation?.version).toBe(ended.version)
  }, 40_000)

  it('with a card that is declined can be paid with another, and not twice', async () => {
    const { reserve } = await onSale()
    const { id } = await reserve('Stalls', 1)
    await pay(id, 'tok_0002')
    const declined = await becomes(id, ({ payment }) => payment?.status === ReservationPaymentStatus.FAILED)
    expect(declined).toMatchObject({ status: PENDING, payment: { failureReason: 'CARD_DECLINED' } })
    await pay(id, 'tok_4242')
    await becomes(id, ({ status }) => status === CONFIRMED)
    expect(await outcomeOf(pay(id, 'tok_4242'))).toBe('FailedPrecondition RESERVATION_CONFIRMED')
    const paid = (await buyer.payment.listPayments({})).payments.filter(({ purpose }) => purpose?.id === id)
    expect(paid).toHaveLength(2)
  })

  it('is paid back when its event does not take place', async () => {
    const { reserve, eventId } = await onSale()
    const [paid, held] = [await reserve('Stalls', 1), await reserve('Stalls', 1)]
    await pay(paid.id, 'tok_4242')
    await becomes(paid.id, ({ status }) => status === CONFIRMED)
    await organizer.catalog.cancelEvent({ eventId, reason: 'The fox is ill.' })
    const refunded = await becomes(paid.id, ({ payment }) => payment?.status === ReservationPaymentStatus.REFUNDED)
    expect(refunded).toMatchObject({ status: CANCELLED, cancelReason: CancelReason.EVENT_CANCELLED })
    expect(await becomes(held.id, ({ status }) => status === CANCELLED)).toMatchObject({
      cancelReason: CancelReason.EVENT_CANCELLED,
    })
    expect((await told(paid.id, 'event_cancelled')).body).toContain('€25.00')
    expect((await told(held.id, 'event_cancelled')).body).toBe('Your reservation is cancelled.')
    await told(paid.id, 'reservation_refunded')
  })
})

it('who may not, does not', async () => {
  const anyone = createClient(BookingService, mesh.transport())
  const [eventId, reservationId] = [crypto.randomUUID(), crypto.randomUUID()]
  const items = [{ ticketTypeId: crypto.randomUUID(), quantity: 1 }]
  expect(await outcomeOf(anyone.createReservation({ eventId, items }))).toContain('Unauthenticated')
  expect(await outcomeOf(buyer.booking.createReservation({ eventId, items }))).toBe('NotFound EVENT_NOT_FOUND')
  expect(await outcomeOf(buyer.booking.closeReservation({ reservationId }))).toBe('PermissionDenied INTERNAL_ONLY')
  expect(await outcomeOf(buyer.booking.listFailedRefunds({}))).toBe('PermissionDenied PERMISSION_DENIED')
  expect((await anyone.listTicketKeys({})).keys).toHaveLength(1)
})

it('lists reservations page by page, the newest first', async () => {
  const { reserve } = await onSale()
  const made: string[] = []
  for (const quantity of [1, 1, 1]) made.unshift((await reserve('Stalls', quantity)).id)
  const first = await buyer.booking.listReservations({ status: PENDING, pageSize: 2 })
  const second = await buyer.booking.listReservations({ status: PENDING, pageSize: 2, pageToken: first.nextPageToken })
  expect([...first.reservations, ...second.reservations].map(({ id }) => id).slice(0, 3)).toEqual(made)
  expect((await buyer.booking.listReservations({ status: EXPIRED })).reservations.map(({ id }) => id)).not.toContain(
    made[0],
  )
})

it('its invariants hold', async () => {
  const operator = createClient(MeshService, await mesh.operator())
  const { results } = await operator.checkInvariants({ contexts: ['booking', 'inventory', 'payment'] })
  expect(results.length).toBeGreaterThan(12)
  expect(results.flatMap(({ name, violations }) => violations.map((one) => `${name}: ${one}`))).toEqual([])
})
