import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Client } from '@connectrpc/connect'
import { Code, ConnectError } from '@connectrpc/connect'
import { PassFormat } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import {
  type Reservation,
  ReservationPaymentStatus,
  ReservationPaymentStatusSchema,
  ReservationStatus,
  ReservationStatusSchema,
} from '#gen/troupe/booking/v1/reservation_pb.ts'
import type { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { duration } from '#shared/domain/timestamp.ts'
import { SetupError } from '../setup-error.ts'
import { enumName } from './enum-name.ts'
import type { Screen } from './screen.ts'
import { type Author, type Gateway, newAuthor, signInAgain, signInOperator } from './session.ts'
import { priceText } from './tier.ts'
import { untilHeard } from './until-heard.ts'

const cards = { good: 'tok_4242', declined: 'tok_0002' }
/** A hold lasts ten minutes; what was not heard to lapse is given back a minute later. */
const holdIsOverMs = 13 * 60_000
const seats = 2

interface Stage {
  readonly gateway: Gateway
  readonly dataDir: string
  readonly screen: Screen
}

const stateOf = ({ status, payment }: Reservation): string => {
  const paying = payment?.status ?? ReservationPaymentStatus.UNSPECIFIED
  const paid = paying ? `, payment ${enumName(ReservationPaymentStatusSchema, paying)}` : ''
  const why = payment?.failureReason ? ` (${payment.failureReason})` : ''
  return `${enumName(ReservationStatusSchema, status)}${paid}${why}`
}

/** Follows a reservation on a server stream until it is so. */
const follow = async ({ booking }: Author, reservationId: string, is: (found: Reservation) => boolean) => {
  for await (const { reservation } of booking.watchReservation({ reservationId })) {
    if (reservation && is(reservation)) return reservation
  }
  throw new SetupError('WatchReservation ended before its time')
}

const reserve = async ({ screen }: Stage, buyer: Author, eventId: string, ticketTypeId: string) => {
  const items = [{ ticketTypeId, quantity: seats }]
  const { reservation } = await buyer.booking.createReservation({ eventId, items })
  if (!reservation) throw new Error('CreateReservation answered without a reservation')
  const [item] = reservation.items
  screen.say(`  ${buyer.displayName} holds ${item?.quantity} × ${item?.name}: ${priceText(reservation.total)}`)
  return reservation.id
}

const pay = async ({ screen }: Stage, buyer: Author, reservationId: string, token: string): Promise<Reservation> => {
  const { paymentMethod } = await buyer.payment.createPaymentMethod({ token })
  await buyer.booking.payReservation({ reservationId, paymentMethodId: paymentMethod?.id ?? '' })
  const { CONFIRMED } = ReservationStatus
  const { FAILED } = ReservationPaymentStatus
  const decided = await follow(buyer, reservationId, (at) => at.status === CONFIRMED || at.payment?.status === FAILED)
  screen.say(`  ${buyer.displayName} pays with card …${paymentMethod?.last4}: ${stateOf(decided)}`)
  return decided
}

/** Writes the pass of the first ticket, lets its holder in, and turns away who comes with it again. */
const comeIn = async ({ screen }: Stage, author: Author, buyer: Author, reservationId: string, file: string) => {
  const { tickets } = await buyer.booking.listTickets({ reservationId })
  const [ticket] = tickets
  if (!ticket) throw new Error('ListTickets answered none')
  const { content } = await buyer.booking.getTicketPass({ ticketId: ticket.id, format: PassFormat.PDF })
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  screen.say(`  ${tickets.length} tickets; the pass of one: ${file}  ${content.length.toLocaleString('en')} bytes`)
  const gate = 'North gate'
  const checkIn = () => author.booking.checkInTicket({ code: ticket.code, gate })
  await untilHeard('the organizer may not let in', async () => (await checkIn()).ticket, 'NOT_THE_ORGANIZER')
  screen.say(`  checked in at the ${gate}`)
  const again = await checkIn().catch((error: unknown) => ConnectError.from(error))
  if (!(again instanceof ConnectError && again.code === Code.FailedPrecondition))
    throw new Error('somebody came in with a ticket that was used')
  screen.say(`  and once more: ${again.rawMessage}`)
}

const left = async ({ inventory }: { inventory: Client<typeof InventoryService> }, eventId: string) => {
  const { inventory: found } = await inventory.getAvailability({ eventId })
  const { available = 0, held = 0, committed = 0 } = found?.counts ?? {}
  return `${available} left, ${held} held, ${committed} sold`
}

/** Three buyers: one whose card is declined, one who does not pay in time, and one who comes in. */
export const sellTickets = async (stage: Stage, author: Author, eventId: string, file: string): Promise<void> => {
  const { gateway, screen } = stage
  const names = ['Dora Declined', 'Leo Late', 'Connie Confirmed']
  const [dora, leo, connie] = (await Promise.all(names.map((name) => newAuthor(gateway, name)))) as [
    Author,
    Author,
    Author,
  ]
  const { inventory } = await author.inventory.getAvailability({ eventId })
  const stalls = inventory?.ticketTypes.at(-1)?.id ?? ''
  const reservations: string[] = []
  for (const buyer of [dora, leo, connie]) reservations.push(await reserve(stage, buyer, eventId, stalls))
  const [ofDora = '', ofLeo = '', ofConnie = ''] = reservations
  screen.say(`  ${await left(author, eventId)}`)
  await pay(stage, dora, ofDora, cards.declined)
  await pay(stage, connie, ofConnie, cards.good)
  await comeIn(stage, author, connie, ofConnie, file)

  const mesh = await signInOperator(gateway, stage.dataDir)
  await mesh.advanceClock({ by: duration(holdIsOverMs) })
  screen.say(`  the clock of the mesh goes ${holdIsOverMs / 60_000} minutes on; holds last 10`)
  for (const [buyer, id] of [
    [dora, ofDora],
    [leo, ofLeo],
  ] as const) {
    const back = await signInAgain(gateway, buyer)
    const expired = await follow(back, id, ({ status }) => status === ReservationStatus.EXPIRED)
    screen.say(`  ${buyer.displayName}: ${stateOf(expired)}`)
  }
  screen.say(`  ${await left(await signInAgain(gateway, author), eventId)}`)
}
