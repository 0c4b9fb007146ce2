import {
  CancellationRequestedSchema,
  PaymentRequestedSchema,
  ReservationCreatedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { CancelReason, ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { TicketsReleasedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import {
  PaymentActionRequiredSchema,
  PaymentBecameUnknownSchema,
  PaymentCancelledSchema,
  PaymentFailedSchema,
  PaymentSucceededSchema,
  RefundFailedSchema,
  RefundProcessedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import type { ProcessMessage, Transition } from '#shared/application/process.ts'
import { command } from '#shared/application/process-output.ts'

const { notePayment, confirmReservation, closeReservation } = BookingService.method
const { commitTickets, releaseTickets } = InventoryService.method
const { initiatePayment, cancelPayment, refundPayment } = PaymentService.method

export const events = [
  ReservationCreatedSchema,
  PaymentRequestedSchema,
  CancellationRequestedSchema,
  TicketsReleasedSchema,
  PaymentSucceededSchema,
  PaymentFailedSchema,
  PaymentCancelledSchema,
  PaymentActionRequiredSchema,
  PaymentBecameUnknownSchema,
  RefundProcessedSchema,
  RefundFailedSchema,
] as const
export const commands = [
  initiatePayment,
  cancelPayment,
  refundPayment,
  commitTickets,
  releaseTickets,
  notePayment,
  confirmReservation,
  closeReservation,
] as const

/** When what is not known is asked for again, and what was refused without a reason is tried again. */
export const askAgainMs = 60_000
/** How long after its end a hold that was not heard to lapse is given back. */
export const lapseGraceMs = 60_000

/** What is known of a reservation. */
export interface Booking {
  reservation: string
  user: string
  event: string
  /** In minor units. */
  total: number
  currency: string
  /** The newest payment and what it is made with; empty before the first. */
  payment: string
  method: string
  attempt: number
  /** The payment that succeeded; empty while none did. */
  paid: string
  /** Whether its cancellation was asked for. */
  isWithdrawn: boolean
  isLapsed: boolean
  /** Whether its event does not take place, as inventory says. */
  isEventOff: boolean
  /** Whether all of it was paid back, by whomever. */
  isPaidBack: boolean
  /** Why the payment or its refund came to nothing last, until the reservation was told. */
  reason: string
}

/** `hasFailed`: whether it is known that this refund came to nothing; `tries`: how often one did. */
export interface Refund {
  refund: string
  hasFailed: boolean
  tries: number
}

export type BookingState =
  | { at: 'new' }
  | ({
      at: 'held' | 'paying' | 'declining' | 'stopping' | 'committing' | 'confirming' | 'confirmed' | 'releasing'
    } & Booking)
  /** `told`: the payment that the reservation was told of. */
  | ({ at: 'closing'; told: string } & Booking)
  | ({ at: 'closed' } & Booking)
  /** `stranded`: nothing is tried any more, an operator is to see to it. */
  | ({ at: 'refunding' | 'owing' | 'stranded' | 'settling' } & Refund & Booking)

export type Message = ProcessMessage<typeof events, typeof commands>
export type Step = Transition<BookingState, (typeof commands)[number]>
type Status = ReservationPaymentStatus

/** Tells the reservation how a payment of its stands. */
export const note = (
  step: string,
  { reservation }: Booking,
  payment: string,
  status: Status,
  reason = '',
  delayMs = 0,
) =>
  command(
    step,
    notePayment,
    { reservationId: reservation, paymentId: payment, status, reason: reason.slice(0, 200) },
    { delayMs },
  )

export const stay = (next: BookingState): Step => ({ next, outputs: [] })

/** Tells the reservation how its payment stands, beside what is under way. */
export const tell = (next: BookingState & Booking, status: Status): Step => ({
  next,
  outputs: [note('note', next, next.payment, status)],
})

export const payStep = ({ attempt }: Booking): string => `pay ${attempt}`

export const goPay = (booking: Booking, delayMs = 0): Step => {
  const { reservation, user, payment, method, total, currency } = booking
  const request = {
    paymentId: payment,
    purpose: { kind: PaymentPurpose.RESERVATION, id: reservation },
    payerId: user,
    amount: { minorUnits: BigInt(total), currency },
    paymentMethodId: method,
    description: 'Tickets',
  }
  return {
    next: { ...booking, at: 'paying' },
    outputs: [command(payStep(booking), initiatePayment, request, { delayMs })],
  }
}

/** The payment came to nothing; another may be tried once the reservation knows. */
export const goDecline = (booking: Booking, reason: string, delayMs = 0): Step => ({
  next: { ...booking, at: 'declining', reason },
  outputs: [note('decline', booking, booking.payment, ReservationPaymentStatus.FAILED, reason, delayMs)],
})

/** Gives up a payment whose outcome is open. */
export const goStop = (booking: Booking, delayMs = 0): Step => ({
  next: { ...booking, at: 'stopping' },
  outputs: [command('stop', cancelPayment, { paymentId: booking.payment }, { delayMs })],
})

export const goCommit = (booking: Booking, delayMs = 0): Step => ({
  next: { ...booking, at: 'committing' },
  outputs: [command('commit', commitTickets, { reservationId: booking.reservation }, { delayMs })],
})

export const goConfirm = (booking: Booking, delayMs = 0): Step => {
  const { reservation: reservationId, paid: paymentId } = booking
  return {
    next: { ...booking, at: 'confirming' },
    outputs: [command('confirm', confirmReservation, { reservationId, paymentId }, { delayMs })],
  }
}

/** Gives the tickets back, for good, also those that are sold. */
export const goRelease = (booking: Booking, delayMs = 0): Step => ({
  next: { ...booking, at: 'releasing' },
  outputs: [command('release', releaseTickets, { reservationId: booking.reservation }, { delayMs })],
})

export const goClose = (booking: Booking, delayMs = 0): Step => {
  const { reservation: reservationId, paid: paymentId, isEventOff, isPaidBack } = booking
  const otherwise = isPaidBack ? CancelReason.REFUNDED : CancelReason.UNSPECIFIED
  const reason = isEventOff ? CancelReason.EVENT_CANCELLED : otherwise
  return {
    next: { ...booking, at: 'closing', told: paymentId },
    outputs: [command('close', closeReservation, { reservationId, paymentId, reason }, { delayMs })],
  }
}
