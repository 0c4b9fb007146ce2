import { isMessage } from '@bufbuild/protobuf'
import {
  CancellationRequestedSchema,
  PaymentNotedSchema,
  PaymentRequestedSchema,
  ReservationCancelledSchema,
  ReservationConfirmedSchema,
  ReservationCreatedSchema,
  ReservationExpiredSchema,
  ReservationRefundedSchema,
  TicketsIssuedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { ReservationPaymentStatus as Payments, CancelReason as Reasons } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { EventSourcedAggregate, type RecordedEvent } from '#shared/domain/aggregate.ts'
import { precondition } from '#shared/domain/errors.ts'
import { dateOf, timestamp } from '#shared/domain/timestamp.ts'
import {
  type BookedEvent,
  type CancelReason,
  cancelReasons,
  isUnderWay,
  itemsOf,
  mayFollow,
  money,
  mustFitPayment,
  type NewReservation,
  nameOf,
  nothingToPay,
  type PaymentStatus,
  paymentStatuses,
  type ReservationItem,
  type ReservationPayment,
  type ReservationStatus,
  refundUntilMs,
  reservationCancelled,
  reservationExpired,
  saidOf,
  totalOf,
} from './reservation-state.ts'

/**
 * Tickets of one event that somebody wants, holds or has bought; its stream is its state. What becomes of it is decided
 * by the booking process: a wish is recorded, a step that was done is noted.
 */
export class Reservation extends EventSourcedAggregate {
  userId = ''
  eventId = ''
  items: readonly ReservationItem[] = []
  currency = ''
  status: ReservationStatus = 'PENDING'
  payment: ReservationPayment = { status: 'UNSPECIFIED', id: '', reason: '' }
  /** Set as soon as it is to be cancelled. */
  cancelReason: CancelReason | undefined
  expiresAt = new Date(0)
  createdAt = new Date(0)

  static create({ id, userId, eventId, items, expiresAt }: NewReservation, now: Date): Reservation {
    const reservation = new Reservation(id)
    reservation.raise(ReservationCreatedSchema, {
      reservationId: id,
      userId,
      eventId,
      items: items.map(({ unitPrice, currency, ...item }) => ({
        ...item,
        unitPrice: money(unitPrice, currency),
        subtotal: money(unitPrice * item.quantity, currency),
      })),
      total: money(totalOf(items), items[0]?.currency ?? ''),
      expiresAt: timestamp(expiresAt),
      createdAt: timestamp(now),
    })
    return reservation
  }

  /** In minor units. */
  get total(): number {
    return totalOf(this.items)
  }

  /**
   * Asks for a payment. Throws RESERVATION_CANCELLED, RESERVATION_EXPIRED, RESERVATION_CONFIRMED, NOTHING_TO_PAY,
   * PAYMENT_UNDER_WAY.
   */
  pay(paymentId: string, paymentMethodId: string, now: Date): void {
    if (this.cancelReason) throw reservationCancelled()
    if (this.status === 'CONFIRMED') throw precondition('RESERVATION_CONFIRMED', 'it is yours already')
    if (this.total === 0) throw nothingToPay()
    if (isUnderWay(this.payment.status)) throw precondition('PAYMENT_UNDER_WAY', 'a payment of it is not decided')
    if (this.status === 'EXPIRED' || now >= this.expiresAt) throw reservationExpired()
    this.raise(PaymentRequestedSchema, { reservationId: this.id, paymentId, paymentMethodId })
  }

  /** Throws REFUND_WINDOW_CLOSED for a confirmed one whose event starts too soon. */
  mustBeReturnable(startsAt: Date, now: Date): void {
    if (this.status !== 'CONFIRMED' || this.cancelReason) return
    if (now.getTime() > startsAt.getTime() - refundUntilMs)
      throw precondition('REFUND_WINDOW_CLOSED', 'it could be given back until 24 hours before the start')
  }

  /** Asks for its cancellation; says whether that is new. Throws RESERVATION_EXPIRED. */
  withdraw(reason: CancelReason): boolean {
    if (this.cancelReason) return false
    if (this.status === 'EXPIRED') throw reservationExpired()
    this.raise(CancellationRequestedSchema, { reservationId: this.id, reason: Reasons[reason] })
    return true
  }

  /** Notes what is known of a payment or its refund. What was decided stays, also when older news come later. */
  note(paymentId: string, status: PaymentStatus, reason: string, event?: BookedEvent): void {
    const present = this.payment.status
    if (paymentId !== this.payment.id || status === present || !mayFollow(present, status)) return
    const refunded = { ...this.told, ...saidOf(this.items, event), amount: this.price }
    if (status === 'REFUNDED') this.raise(ReservationRefundedSchema, refunded)
    else this.raise(PaymentNotedSchema, this.noted(paymentId, status, reason))
  }

  /** The tickets are sold, and paid by `paymentId` if they cost anything. Says whether tickets are to be issued. */
  confirm(paymentId: string, event?: BookedEvent): boolean {
    if (this.status !== 'PENDING' || this.cancelReason) return false
    mustFitPayment(this.total, paymentId)
    this.raise(ReservationConfirmedSchema, { ...this.told, ...saidOf(this.items, event), total: this.price, paymentId })
    return true
  }

  /** Follows `confirm`. */
  issue(ticketIds: string[]): void {
    this.raise(TicketsIssuedSchema, { ...this.told, ticketIds })
  }

  /**
   * Ends it: cancelled where that was asked for or there is a reason, else expired. What was paid by `paymentId` is to go
   * back, also where it had ended before.
   */
  close(paymentId: string, reason: CancelReason | undefined, event?: BookedEvent): void {
    const refund = paymentId ? this.price : undefined
    if (this.status === 'CANCELLED' || this.status === 'EXPIRED') {
      const isOwed = this.payment.status === 'UNSPECIFIED' || this.payment.status === 'FAILED'
      if (refund && isOwed) this.raise(PaymentNotedSchema, this.noted(paymentId, 'REFUNDING', ''))
      return
    }
    const why = this.cancelReason ?? reason
    const told = { ...this.told, ...saidOf(this.items, event), ...(refund && { refund }) }
    if (!why) {
      this.raise(ReservationExpiredSchema, told)
      return
    }
    const wasConfirmed = this.status === 'CONFIRMED'
    const eventCancelReason = (why === 'EVENT_CANCELLED' && event?.cancelReason) || ''
    this.raise(ReservationCancelledSchema, { ...told, reason: Reasons[why], wasConfirmed, eventCancelReason })
  }

  private get told() {
    return { reservationId: this.id, userId: this.userId, eventId: this.eventId }
  }

  private get price() {
    return money(this.total, this.currency)
  }

  private noted(paymentId: string, status: PaymentStatus, reason: string) {
    return { reservationId: this.id, paymentId, status: Payments[status], reason }
  }

  private pays(status: PaymentStatus, reason = '', id = this.payment.id): void {
    this.payment = { status, id, reason }
  }

  protected override apply({ message }: RecordedEvent): void {
    if (isMessage(message, ReservationCreatedSchema)) {
      this.userId = message.userId
      this.eventId = message.eventId
      this.items = itemsOf(message)
      this.currency = message.total?.currency ?? ''
      this.expiresAt = dateOf(message.expiresAt) ?? this.expiresAt
      this.createdAt = dateOf(message.createdAt) ?? this.createdAt
    } else if (isMessage(message, PaymentRequestedSchema)) {
      this.pays('PROCESSING', '', message.paymentId)
    } else if (isMessage(message, PaymentNotedSchema)) {
      const status = nameOf(paymentStatuses, Payments, message.status) ?? this.payment.status
      this.pays(status, message.reason, message.paymentId)
    } else if (isMessage(message, CancellationRequestedSchema)) {
      this.cancelReason = nameOf(cancelReasons, Reasons, message.reason)
    } else if (isMessage(message, ReservationConfirmedSchema)) {
      this.status = 'CONFIRMED'
      if (message.paymentId) this.pays('PAID', '', message.paymentId)
    } else if (isMessage(message, ReservationRefundedSchema)) {
      this.pays('REFUNDED')
    } else if (isMessage(message, ReservationCancelledSchema) || isMessage(message, ReservationExpiredSchema)) {
      this.end(message)
    }
  }

  private end(message: { $typeName: string; reason?: number; refund?: unknown }): void {
    this.status = message.$typeName === ReservationExpiredSchema.typeName ? 'EXPIRED' : 'CANCELLED'
    if (message.reason) this.cancelReason = nameOf(cancelReasons, Reasons, message.reason)
    if (message.refund) this.pays('REFUNDING')
    else if (isUnderWay(this.payment.status)) this.pays('FAILED', 'CANCELLED')
  }
}
