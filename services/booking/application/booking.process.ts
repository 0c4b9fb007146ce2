import {
  CancellationRequestedSchema,
  PaymentRequestedSchema,
  ReservationCreatedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { ReleaseReason } from '#gen/troupe/inventory/v1/hold_pb.ts'
import { TicketsReleasedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import {
  PaymentActionRequiredSchema,
  PaymentBecameUnknownSchema,
  PaymentCancelledSchema,
  PaymentFailedSchema,
  PaymentSucceededSchema,
  RefundProcessedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { defineProcess, isEvent, stepwise } from '#shared/application/process.ts'
import { timer } from '#shared/application/process-output.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import {
  type Booking,
  type BookingState,
  commands,
  events,
  goClose,
  goCommit,
  goDecline,
  goPay,
  goRelease,
  goStop,
  lapseGraceMs,
  type Message,
  type Step,
  stay,
  tell,
} from './booking-steps.ts'
import { goOn, isAwaited, type Known, outcomeIn, wait } from './outcome-steps.ts'
import { isAll, refundStep } from './refund-steps.ts'

const begin = (message: Message): Step => {
  if (!isEvent(message, ReservationCreatedSchema)) return stay({ at: 'new' })
  const { reservationId: reservation, userId: user, eventId: event, total, expiresAt } = message.event
  const untried = { payment: '', method: '', attempt: 0, paid: '' }
  const price = { total: Number(total?.minorUnits ?? 0), currency: total?.currency ?? '' }
  const unmoved = { isWithdrawn: false, isLapsed: false, isEventOff: false, isPaidBack: false, reason: '' }
  const booking: Booking = { reservation, user, event, ...price, ...untried, ...unmoved }
  if (booking.total === 0) return goCommit(booking)
  const due = new Date((dateOf(expiresAt) ?? message.at).getTime() + lapseGraceMs)
  return { next: { ...booking, at: 'held' }, outputs: [timer('lapse', due)] }
}

const onSuccess = (state: Known, paid: string): Step => {
  if (state.paid) return stay(state)
  const known = { ...state, paid }
  switch (state.at) {
    case 'held':
    case 'paying':
    case 'declining':
    case 'stopping':
      return goOn(known)
    case 'closed':
      return goClose(known)
    default:
      return stay(known)
  }
}

const onWithdrawal = (state: Known): Step => {
  const withdrawn = { ...state, isWithdrawn: true }
  switch (state.at) {
    case 'held':
      return goRelease(withdrawn)
    case 'paying':
      return goStop(withdrawn)
    case 'confirmed':
      return goRelease(withdrawn)
    default:
      return state.isWithdrawn ? stay(state) : stay(withdrawn)
  }
}

const onLapse = (state: Known): Step => {
  const lapsed = { ...state, isLapsed: true }
  if (state.at === 'held') return goRelease(lapsed)
  if (state.at === 'paying') return goStop(lapsed)
  return state.at === 'declining' ? stay(lapsed) : stay(state)
}

const onFailure = (state: Known, reason: string): Step => {
  if (state.at === 'paying') return goDecline(state, reason)
  return state.at === 'stopping' ? wait(state) : stay(state)
}

/** An operator has paid it back. */
const onRefund = (state: Known): Step => {
  const paidBack = { ...state, isPaidBack: true }
  return state.at === 'confirmed' ? goRelease(paidBack) : stay(paidBack)
}

const step = (state: BookingState, message: Message): Step => {
  if (state.at === 'new') return begin(message)
  if ('refund' in state) return refundStep(state, message)
  if ('step' in message) return isAwaited(state, message.step) ? outcomeIn(state, message) : stay(state)
  if (message.kind === 'timer') return onLapse(state)
  if (isEvent(message, CancellationRequestedSchema)) return onWithdrawal(state)
  if (isEvent(message, TicketsReleasedSchema))
    return message.event.reason === ReleaseReason.LAPSED ? onLapse(state) : stay(state)
  if (isEvent(message, PaymentRequestedSchema)) {
    const { paymentId: payment, paymentMethodId: method } = message.event
    return state.at === 'held' ? goPay({ ...state, payment, method, attempt: state.attempt + 1 }) : stay(state)
  }
  if (isEvent(message, PaymentSucceededSchema)) return onSuccess(state, message.event.paymentId)
  if (isEvent(message, RefundProcessedSchema)) return isAll(state, message.event) ? onRefund(state) : stay(state)
  if (!('paymentId' in message.event) || message.event.paymentId !== state.payment) return stay(state)
  if (isEvent(message, PaymentFailedSchema)) return onFailure(state, message.event.reason)
  if (isEvent(message, PaymentCancelledSchema)) return onFailure(state, 'CANCELLED')
  if (state.at !== 'paying') return stay(state)
  if (isEvent(message, PaymentActionRequiredSchema)) return tell(state, ReservationPaymentStatus.REQUIRES_ACTION)
  return isEvent(message, PaymentBecameUnknownSchema) ? tell(state, ReservationPaymentStatus.UNKNOWN) : stay(state)
}

/**
 * Sells what a reservation holds: payment, tickets, confirmation, and all of it backwards where one of them does not come
 * about. The only one that pays, commits, releases or refunds for a reservation.
 */
export const bookingProcess = defineProcess({
  name: 'booking',
  events,
  commands,
  initial: (): BookingState => ({ at: 'new' }),
  correlate: ({ event }) => {
    if ('reservationId' in event) return event.reservationId
    return event.purpose?.kind === PaymentPurpose.RESERVATION ? event.purpose.id : undefined
  },
  ...stepwise(step),
})
