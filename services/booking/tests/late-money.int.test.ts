import { createClient } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Reservation, ReservationPaymentStatus, ReservationStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { violationLines } from '../../../deploy/local/demo/violations.ts'
import { outcomeOf, type TestMesh, type TestUser, testMesh } from '../../../tests/mesh.ts'
import { type OwnMesh, startTestMesh } from '../../../tests/start-test-mesh.ts'
import {
  type Clients,
  chargesIn,
  chargeWithin,
  clients,
  becomes as comesToBe,
  databasesOf,
  isPaid,
  isPaidBack,
  needsAction,
  payWith,
  putOnSale,
  signedIn,
} from './sale.ts'

const { CANCELLED, EXPIRED } = ReservationStatus
const { FAILED, REFUND_FAILED, REFUND_GIVEN_UP } = ReservationPaymentStatus
const [minuteMs, dayMs] = [60_000, 24 * 60 * 60_000]

// A mesh of its own: where minutes pass, all who are signed in are not any more.
let own: OwnMesh
let mesh: TestMesh
let ann: TestUser
let bob: TestUser
let organizer: Clients
let buyer: Clients

beforeAll(async () => {
  own = await startTestMesh('booking-time', false)
  mesh = testMesh(own.facts)
  ;[ann, bob] = await Promise.all([mesh.newUser('Ann Organiser'), mesh.newUser('Bob Buyer')])
  ;[organizer, buyer] = [clients(ann), clients(bob)]
}, 120_000)
afterAll(() => own?.stop())

const onSale = () => putOnSale(organizer, buyer)
const pay = (reservationId: string, token: string) => payWith(buyer, reservationId, token)
const becomes = (id: string, is: (reservation: Reservation) => boolean) => comesToBe(buyer, id, is)
const sql = (...asked: Parameters<ReturnType<typeof databasesOf>>) => databasesOf(mesh)(...asked)

/** Moves the clock of the mesh; who was signed in signs in again. */
const pass = async (byMs: number) => {
  await mesh.moveClock(byMs)
  ;[organizer, buyer] = await Promise.all([signedIn(mesh, ann), signedIn(mesh, bob)])
}

describe('a hold that expires during payment', () => {
  it('charges nothing, and its tickets are free: nobody pays twice meanwhile', async () => {
    const { reserve, available } = await onSale()
    const [waiting, untouched] = [await reserve('Stalls', 2), await reserve('Stalls', 1)]
    await pay(waiting.id, 'tok_3220')
    await becomes(waiting.id, needsAction)
    expect(await outcomeOf(pay(waiting.id, 'tok_4242'))).toBe('FailedPrecondition PAYMENT_UNDER_WAY')
    await pass(13 * minuteMs)
    for (const { id } of [waiting, untouched]) await becomes(id, ({ status }) => status === EXPIRED)
    expect((await becomes(waiting.id, () => true)).payment?.status).toBe(FAILED)
    expect(await available(organizer)).toBe(3)
    expect(await outcomeOf(buyer.booking.cancelReservation({ reservationId: waiting.id }))).toBe(
      'FailedPrecondition RESERVATION_EXPIRED',
    )
  })
})

describe('late money', () => {
  it('buys the tickets where they are free still, although the hold lapsed during the payment', async () => {
    const { id } = await (await onSale()).reserve('Stalls', 2)
    await pay(id, 'tok_3220')
    await becomes(id, needsAction)
    await chargeWithin(mesh, id, 0)
    await pass(13 * minuteMs)
    await becomes(id, isPaid)
    expect(await chargesIn(mesh)(id)).toBe(1)
  }, 60_000)

  it('goes back where others have the tickets by then', async () => {
    const { reserve, available } = await onSale()
    const { id } = await reserve('Stalls', 2)
    await pay(id, 'tok_3220')
    await becomes(id, needsAction)
    await chargeWithin(mesh, id, 14)
    await pass(11 * minuteMs)
    const { id: other } = await reserve('Stalls', 2, buyer)
    await pay(other, 'tok_4242')
    await becomes(other, isPaid)
    await pass(5 * minuteMs)
    expect(await becomes(id, isPaidBack)).toMatchObject({ status: EXPIRED })
    expect(await chargesIn(mesh)(id)).toBe(1)
    expect(await available(organizer)).toBe(1)
  }, 120_000)

  it('for what has expired goes back', async () => {
    const { reserve, available } = await onSale()
    const { id } = await reserve('Stalls', 2)
    await pass(13 * minuteMs)
    await becomes(id, ({ status }) => status === EXPIRED)
    const { paymentMethod } = await buyer.payment.createPaymentMethod({ token: 'tok_4242' })
    await clients({ transport: await mesh.service('booking') }).payment.initiatePayment({
      paymentId: crypto.randomUUID(),
      purpose: { kind: PaymentPurpose.RESERVATION, id },
      payerId: bob.id,
      amount: { minorUnits: 5000n, currency: 'EUR' },
      paymentMethodId: paymentMethod?.id ?? '',
      description: 'Tickets',
    })
    expect(await becomes(id, isPaidBack)).toMatchObject({ status: EXPIRED })
    expect(await available(organizer)).toBe(3)
  }, 60_000)
})

describe('a refund that fails (card 0051)', () => {
  it('is tried ever more rarely, and left to an operator in the end, who sees why', async () => {
    const { reserve, available } = await onSale()
    const { id } = await reserve('Stalls', 1)
    await pay(id, 'tok_0051')
    await becomes(id, isPaid)
    await buyer.booking.cancelReservation({ reservationId: id })
    const owed = await becomes(id, ({ payment }) => payment?.status === REFUND_FAILED)
    expect(owed).toMatchObject({ status: CANCELLED, payment: { failureReason: expect.stringMatching(/./) } })
    expect(await available()).toBe(3)
    await pass(8 * dayMs)
    await becomes(id, ({ payment }) => payment?.status === REFUND_GIVEN_UP)
    const tries = `select id from process_commands where instance = $1 and step = 'refund'`
    expect(await sql('booking', tries, id)).toHaveLength(10)
    const { booking } = clients({ transport: await mesh.operator() })
    const { refunds } = await booking.listFailedRefunds({ onlyGivenUp: true, pageSize: 100 })
    expect(refunds.find(({ reservation }) => reservation?.id === id)).toMatchObject({
      userId: bob.id,
      reservation: { payment: { failureReason: owed.payment?.failureReason } },
    })
    const { entries } = await buyer.booking.getReservationHistory({ reservationId: id })
    expect(entries.at(-1)?.data).toContain('REFUND_GIVEN_UP')
  }, 150_000)
})

describe('invariants', () => {
  const operators = async () => createClient(MeshService, await mesh.operator())
  const broken = async () => {
    const { results } = await (await operators()).checkInvariants({ contexts: ['booking', 'inventory', 'payment'] })
    return results.filter(({ holds }) => !holds)
  }

  it('hold after all this', async () => {
    expect((await broken()).flatMap(({ name, violations }) => violations.map((one) => `${name}: ${one}`))).toEqual([])
  })

  it('that a forged row breaks show the causal tree of what led to it', async () => {
    const { id } = await (await onSale()).reserve('Stalls', 1)
    await pay(id, 'tok_4242')
    await becomes(id, isPaid)
    const forging = 'update tickets set status = $2 where reservation_id = $1'
    const forge = (status: string) => sql('booking', forging, id, status)
    await buyer.booking.cancelReservation({ reservationId: id })
    await becomes(id, isPaidBack)
    await forge('VALID')
    const results = await broken()
    await forge('REFUNDED')
    expect(results.map(({ name }) => name)).toEqual([
      'a confirmed reservation has a ticket for each place, and no other has one that lets in',
    ])
    const text = (await violationLines(await operators(), results, 200)).join('\n')
    expect(text).toContain(`${id}: CANCELLED with 1 tickets`)
    for (const what of [
      'rpc booking: BookingService/CreateReservation',
      'event booking: ReservationCreated',
      'delivery booking: process-booking',
      'command booking: booking.commit',
      'event payment: PaymentSucceeded',
      'event inventory: TicketsCommitted',
      'event booking: ReservationCancelled',
    ])
      expect(text).toContain(what)
  }, 60_000)

  it('of several contexts find a hold that outlived its reservation, and money that is nowhere noted', async () => {
    const { reserve } = await onSale()
    const [ended, paid] = [await reserve('Stalls', 1), await reserve('Stalls', 1)]
    await buyer.booking.cancelReservation({ reservationId: ended.id })
    await pay(paid.id, 'tok_4242')
    await becomes(ended.id, ({ status }) => status === CANCELLED)
    await becomes(paid.id, isPaid)
    const forge = async (hold: string, charge: string) => {
      await sql('inventory', 'update holds set status = $2 where id = $1', ended.id, hold)
      await sql('payment', 'update payments set status = $2 where purpose_id = $1', paid.id, charge)
    }
    await forge('HELD', 'FAILED')
    const found = (await broken()).flatMap(({ violations }) => violations)
    await forge('RELEASED', 'SUCCEEDED')
    expect(found).toContain(`${ended.id}: CANCELLED, UNSPECIFIED, its tickets HELD`)
    expect(found).toContain(`${paid.id}: CONFIRMED, PAID, its charge FAILED`)
    expect(await broken()).toEqual([])
  }, 60_000)
})
