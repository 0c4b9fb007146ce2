import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import {
  type Reservation,
  ReservationPaymentStatus,
  ReservationStatus,
  ReservationStatusSchema,
} from '#gen/troupe/booking/v1/reservation_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { QueuePlaceStatus } from '#gen/troupe/inventory/v1/waiting_room_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { callMs, newCredentials, Person, type PersonOptions } from '../person.ts'
import { goodCard, someCard } from './cards.ts'
import type { EventOnSale, ReservationRecord, SaleJournal } from './sale-journal.ts'

const { CONFIRMED, PENDING } = ReservationStatus
const { FAILED, REQUIRES_ACTION } = ReservationPaymentStatus
const lookMs = 120

interface Options extends PersonOptions {
  journal: SaleJournal
  /** Nothing more is to be begun. */
  stopping: AbortSignal
}

/** Who comes for tickets, and pays for them or gives them back. */
export class Buyer extends Person {
  protected readonly expected = new Set(['TICKETS_UNAVAILABLE'])
  private readonly booking = createClient(BookingService, this.transport)
  private readonly inventory = createClient(InventoryService, this.transport)
  private readonly payment = createClient(PaymentService, this.transport)
  private readonly options: Options
  private readonly methods = new Map<string, string>()
  private readonly confirmed = new Set<string>()
  private readonly email: string
  userId = ''

  constructor(options: Options) {
    const credentials = newCredentials()
    super(options, credentials)
    this.options = options
    this.email = credentials.email
  }

  /** Opens an account. False when that was not answered. */
  async begin(): Promise<boolean> {
    const account = await this.register('Buyer')
    if (!account) return false
    this.userId = account.id
    this.options.journal.buyers.push({ id: account.id, email: this.email })
    return this.token !== ''
  }

  /** Reserves some tickets and brings the reservation to an end. */
  async buy(event: EventOnSale): Promise<void> {
    const queueTicket = event.hasRoom ? await this.turn(event.id) : ''
    if (queueTicket === undefined) return
    const { random, journal } = this.options
    const kinds = random.chance(0.25) ? 2 : 1
    const first = random.chance(0.3) ? event.types.length - 1 : random.int(0, event.types.length - 2)
    const chosen = [...event.types.slice(first), ...event.types.slice(0, first)].slice(0, kinds)
    const items = chosen.map(({ id }) => ({ ticketTypeId: id, quantity: random.int(1, 4) }))
    const request = { eventId: event.id, items, queueTicket }
    const { entry, response } = await this.call('CreateReservation', (options) =>
      this.booking.createReservation(request, options),
    )
    const made = response?.reservation
    if (!made) return
    const total = chosen.reduce((sum, { price }, index) => sum + price * (items[index]?.quantity ?? 0), 0)
    const said = { id: made.id, key: entry.key, userId: this.userId }
    const asked = { items, total, queueTicket }
    const record: ReservationRecord = { ...said, ...asked, seen: 'PENDING', isCancelled: false, isLeft: false }
    journal.reservations.push(record)
    if (Number(made.total?.minorUnits) !== total) this.contradiction(`${made.id} costs ${made.total?.minorUnits}`)
    await this.bringToEnd(record)
  }

  /** How their reservation is answered to be; undefined when that ends without an answer. */
  private async look({ id: reservationId }: ReservationRecord): Promise<Reservation | undefined> {
    while (!this.options.signal.aborted) {
      try {
        const { reservation } = await this.booking.getReservation({ reservationId }, { timeoutMs: callMs })
        return reservation
      } catch (reason) {
        const { code, message } = ConnectError.from(reason)
        if (code === Code.NotFound) this.contradiction(`GetReservation ${reservationId}: ${message}`)
        if (code === Code.Unauthenticated) await this.signIn()
        await this.pause(lookMs)
      }
    }
    return undefined
  }

  /** Whether it is still shown, and the acknowledged call that made it is still answered the same; else what is not. */
  async ask({ id, key, items, queueTicket }: ReservationRecord, eventId: string): Promise<string | undefined> {
    await this.login()
    const shown = await this.booking.getReservation({ reservationId: id }, { timeoutMs: callMs })
    if (shown.reservation?.id !== id) return `GetReservation ${id} answers ${shown.reservation?.id}`
    const call = { headers: { 'idempotency-key': key }, timeoutMs: callMs }
    const { reservation } = await this.booking.createReservation({ eventId, items, queueTicket }, call)
    if (reservation?.id === id) return undefined
    return `CreateReservation ${key} answered ${id}, and now ${reservation?.id}`
  }

  /** Waits in line. Undefined when the sale is over before their turn. */
  private async turn(eventId: string): Promise<string | undefined> {
    let position = 0n
    while (!this.options.stopping.aborted) {
      const { response } = await this.call('JoinQueue', (options) => this.inventory.joinQueue({ eventId }, options))
      const place = response?.place
      if (place?.status === QueuePlaceStatus.ADMITTED) return place.queueTicket
      if (place && position && place.position !== position)
        this.contradiction(`${this.userId} stood at ${position} in line, and now at ${place.position}`)
      position = place?.position ?? position
      await this.pause()
    }
    return undefined
  }

  private async bringToEnd(record: ReservationRecord): Promise<void> {
    const { random } = this.options
    if (random.chance(0.06)) return this.cancel(record)
    if (record.total > 0) {
      record.isLeft = random.chance(0.04)
      if (record.isLeft) return
      await this.pay(record, someCard(random))
      if (random.chance(0.05)) return this.cancel(record)
    }
    if ((await this.payUntilOver(record))?.status === CONFIRMED && random.chance(0.15)) await this.cancel(record)
  }

  /** Waits for the end, and does what it takes: confirms, takes another card, or gives it back. */
  private async payUntilOver(record: ReservationRecord): Promise<Reservation | undefined> {
    const { random, signal } = this.options
    while (!signal.aborted) {
      const found = await this.look(record)
      if (!found) return undefined
      this.see(record, found)
      const status = found.payment?.status
      if (found.status !== PENDING) return found
      if (status === REQUIRES_ACTION) await this.confirm(found.payment?.paymentId ?? '')
      if (status === FAILED) {
        if (random.chance(0.4)) {
          await this.cancel(record)
          return undefined
        }
        await this.pay(record, goodCard)
      }
      await this.pause(lookMs)
    }
    return undefined
  }

  private see(record: ReservationRecord, { status }: Reservation): void {
    const seen = ReservationStatusSchema.value[status]?.localName as ReservationRecord['seen']
    const isLawful = record.seen === 'PENDING' || seen === record.seen || (record.isCancelled && seen === 'CANCELLED')
    if (!isLawful) this.contradiction(`${record.id} was ${record.seen} and is ${seen}`)
    record.seen = seen
  }

  private async pay({ id: reservationId }: ReservationRecord, token: string): Promise<void> {
    const paymentMethodId = await this.methodOf(token)
    if (!paymentMethodId) return
    const request = { reservationId, paymentMethodId }
    const { entry, response } = await this.call('PayReservation', (options) =>
      this.booking.payReservation(request, options),
    )
    if (!response || !this.options.random.chance(0.2)) return
    // Whoever clicks twice is answered the same.
    const options = { headers: { 'idempotency-key': entry.key }, timeoutMs: callMs }
    const again = await this.booking.payReservation(request, options).catch(() => undefined)
    const [one, other] = [response.reservation?.payment?.paymentId, again?.reservation?.payment?.paymentId]
    if (again && one !== other) this.contradiction(`PayReservation ${entry.key} made payment ${one} and ${other}`)
  }

  private async methodOf(token: string): Promise<string | undefined> {
    const known = this.methods.get(token)
    if (known) return known
    const card = { token }
    const made = await this.call('CreatePaymentMethod', (options) => this.payment.createPaymentMethod(card, options))
    const id = made.response?.paymentMethod?.id
    if (id) this.methods.set(token, id)
    return id
  }

  /** Once: the reservation hears of it later. */
  private async confirm(paymentId: string): Promise<void> {
    if (this.confirmed.has(paymentId)) return
    this.confirmed.add(paymentId)
    await this.call('ConfirmPayment', (options) => this.payment.confirmPayment({ paymentId }, options))
  }

  private async cancel(record: ReservationRecord): Promise<void> {
    const { id: reservationId } = record
    const { response } = await this.call('CancelReservation', (options) =>
      this.booking.cancelReservation({ reservationId }, options),
    )
    if (response) record.isCancelled = true
  }
}
