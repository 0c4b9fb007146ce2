import { beforeAll, describe, expect, it } from 'vitest'
import {
  CancelReason,
  type Reservation,
  ReservationPaymentStatus,
  ReservationStatus,
} from '#gen/troupe/booking/v1/reservation_pb.ts'
import { eventually, type TestUser, testMesh } from '../../../tests/mesh.ts'
import {
  type Clients,
  chargesIn,
  clients,
  becomes as comesToBe,
  isPaid,
  isPaidBack,
  needsAction,
  payWith,
  putOnSale,
} from './sale.ts'

const mesh = testMesh()
const { CANCELLED } = ReservationStatus
const { FAILED, UNKNOWN } = ReservationPaymentStatus

let ann: TestUser
let bob: TestUser
let organizer: Clients
let buyer: Clients

beforeAll(async () => {
  ;[ann, bob] = await Promise.all([mesh.newUser('Ann Organiser'), mesh.newUser('Bob Buyer')])
  ;[organizer, buyer] = [clients(ann), clients(bob)]
})

const onSale = () => putOnSale(organizer, buyer)
const pay = (reservationId: string, token: string) => payWith(buyer, reservationId, token)
const becomes = (reservationId: string, is: (reservation: Reservation) => boolean) =>
  comesToBe(buyer, reservationId, is)
const charges = chargesIn(mesh)

describe('a lost answer', () => {
  it('of the charge (card 0119) confirms once, and charges once', async () => {
    const { id } = await (await onSale()).reserve('Stalls', 1)
    await pay(id, 'tok_0119')
    await becomes(id, isPaid)
    expect(await charges(id)).toBe(1)
  })

  it('of a charge that hangs (card 0341) leaves it UNKNOWN, then confirms; nothing is paid twice meanwhile', async () => {
    const { id } = await (await onSale()).reserve('Stalls', 1)
    await pay(id, 'tok_0341')
    await becomes(id, ({ payment }) => payment?.status === UNKNOWN)
    await expect(pay(id, 'tok_4242')).rejects.toThrow(/not decided/)
    await becomes(id, isPaid)
    expect(await charges(id)).toBe(1)
  }, 60_000)
})

describe('an event that is cancelled while people pay', () => {
  it('charges nobody who has not paid, pays back who has, and holds nothing', async () => {
    const { reserve, eventId, available } = await onSale()
    const [waiting, paid] = [await reserve('Stalls', 1), await reserve('Stalls', 1)]
    await Promise.all([pay(waiting.id, 'tok_3220'), pay(paid.id, 'tok_4242')])
    await becomes(waiting.id, needsAction)
    await organizer.catalog.cancelEvent({ eventId, reason: 'The fox is ill.' })
    const cancelled = await becomes(waiting.id, ({ status }) => status === CANCELLED)
    expect(cancelled).toMatchObject({ cancelReason: CancelReason.EVENT_CANCELLED, payment: { status: FAILED } })
    expect(await charges(waiting.id)).toBe(0)
    const ended = await becomes(paid.id, ({ status }) => status === CANCELLED)
    if (ended.payment?.status !== FAILED) await becomes(paid.id, isPaidBack)
    await eventually(async () => (await available()) === 3 || undefined)
  }, 60_000)
})
