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
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { duration, timestamp } from '#shared/domain/timestamp.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
const { CONFIRMED, CANCELLED, EXPIRED, PENDING } = ReservationStatus
const minuteMs = 60_000

let ann: TestUser
let bob: TestUser
const clients = ({ transport }: { transport: TestUser['transport'] }) => ({
  booking: createClient(BookingService, transport),
  catalog: createClient(CatalogService, transport),
  inventory: createClient(InventoryService, transport),
  payment: createClient(PaymentService, transport),
})
let organizer: ReturnType<typeof clients>
let buyer: ReturnType<typeof clients>

beforeAll(async () => {
  ;[ann, bob] = await Promise.all([mesh.newUser('Ann Organiser'), mesh.newUser('Bob Buyer')])
  organizer = clients(ann)
  buyer = clients(bob)
})

/** A published event with three paid tickets and three that cost nothing, once they are on sale. */
const onSale = async () => {
  const { event } = await organizer.catalog.createEvent({
    title: 'An evening of fables',
    category: 'reading',
    startsAt: timestamp(new Date('2041-07-01T18:00:00Z')),
    endsAt: timestamp(new Date('2041-07-01T20:00:00Z')),
    timeZone: 'Europe/Vienna',
    venue: { name: 'Old Mill', capacity: 6, address: { city: 'Vienna', country: 'AT' } },
    ticketTypes: [
      { name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity: 3 },
      { name: 'Gallery', priceMinorUnits: 0n, currency: 'EUR', quantity: 3 },
    ],
  })
  const eventId = event?.id ?? ''
  await organizer.catalog.publishEvent({ eventId })
  const { inventory } = await eventually(() => buyer.inventory.getAvailability({ eventId }))
  const typeOf = (name: string) => inventory?.ticketTypes.find((type) => type.name === name)?.id ?? ''
  const available = async () =>
    (await buyer.inventory.getAvailability({ eventId })).inventory?.ticketTypes.find(({ name }) => name === 'Stalls')
      ?.counts?.available
  const reserve = async (name: string, quantity: number) => {
    const items = [{ ticketTypeId: typeOf(name), quantity }]
    const { reservation } = await buyer.booking.createReservation({ eventId, items })
    return reservation as Reservation
  }
  return { eventId, typeOf, reserve, available }
}

const get = async (reservationId: string) =>
  (await buyer.booking.getReservation({ reservationId })).reservation as Reservation

const becomes = (reservationId: string, is: (reservation: Reservation) => boolean) =>
  eventually(async () => {
    const found = await get(reservationId)
    return is(found) ? found : undefined
  }, 20_000)

const card = async (token: string) => (await buyer.payment.createPaymentMethod({ token })).paymentMethod?.id ?? ''

const pay = async (reservationId: string, token: string) =>
  buyer.booking.payReservation({ reservationId, paymentMethodId: await card(token) })

const ticketsOf = async (reservationId: string) => (await buyer.booking.listTickets({ reservationId })).tickets

const signedIn = async (user: TestUser = bob) => {
  const { email, password } = user
  const { tokens } = await createClient(IdentityService, mesh.transport()).login({ email, password })
  return { token: tokens?.accessToken ?? '' }
}

describe('a reservation that costs nothing', () => {
  it('is confirmed by itself, its tickets let in once, and nobody else sees any of it', async () => {
    const { reserve, eventId } = await onSale()
    const { id, status, total } = await reserve('Gallery', 2)
    expect({ status, total: total?.minorUnits }).toEqual({ status: PENDING, total: 0n })
    await becomes(id, (found) => found.status === CONFIRMED)
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
        if (reservation?.status === CONFIRMED) return
      }
    })()
    await pay(id, 'tok_4242')
    await watching
    expect([seen[0], seen.at(-1)]).toEqual([PENDING, CONFIRMED])
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
  })

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

  it('waits for its payer, and expires without one: nothing is charged and the tickets are free', async () => {
    const { reserve, available } = await onSale()
    const [waiting, untouched] = [await reserve('Stalls', 2), await reserve('Stalls', 1)]
    await pay(waiting.id, 'tok_3220')
    await becomes(waiting.id, ({ payment }) => payment?.status === ReservationPaymentStatus.REQUIRES_ACTION)
    expect(await outcomeOf(pay(waiting.id, 'tok_4242'))).toBe('FailedPrecondition PAYMENT_UNDER_WAY')
    const operator = createClient(MeshService, await mesh.operator())
    await operator.advanceClock({ by: duration(13 * minuteMs) }, { timeoutMs: 120_000 })
    buyer = clients({ transport: mesh.transport((await signedIn()).token) })
    for (const { id } of [waiting, untouched]) await becomes(id, ({ status }) => status === EXPIRED)
    expect((await get(waiting.id)).payment?.status).toBe(ReservationPaymentStatus.FAILED)
    expect(await available()).toBe(3)
    expect(await outcomeOf(buyer.booking.cancelReservation({ reservationId: waiting.id }))).toBe(
      'FailedPrecondition RESERVATION_EXPIRED',
    )
  })

  it('is paid back when its event does not take place', async () => {
    organizer = clients({ transport: mesh.transport((await signedIn(ann)).token) })
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
