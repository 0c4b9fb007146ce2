import {
  CancellationRequestedSchema,
  PaymentRequestedSchema,
  ReservationCreatedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { ReleaseReason } from '#gen/troupe/inventory/v1/hold_pb.ts'
import { TicketsReleasedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import {
  PaymentActionRequiredSchema,
  PaymentBecameUnknownSchema,
  PaymentCancelledSchema,
  PaymentFailedSchema,
  PaymentSucceededSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { PaymentPurpose, PaymentStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { defineProcess, isAnswer, isEvent, stepwise } from '#shared/application/process.ts'
import { timer } from '#shared/application/process-output.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import {
  askAgainMs,
  type Booking,
  type BookingState,
  commands,
  events,
  goClose,
  goCommit,
  goConfirm,
  goDecline,
  goPay,
  goRefund,
  goRelease,
  goStop,
  lapseGraceMs,
  type Message,
  payStep,
  type Step,
  stay,
  tell,
} from './booking-steps.ts'
import { refundStep } from './refund-steps.ts'

const { initiatePayment } = PaymentService.method
const { closeReservation } = BookingService.method

type Known = Exclude<BookingState, { at: 'new' }>
type Closing = Extract<BookingState, { told: string }>

/** What inventory says of tickets that cannot be had any more. */
const isGone = (reason: string): boolean =>
  ['TICKETS_UNAVAILABLE', 'EVENT_CLOSED', 'HOLD_RELEASED', 'HOLD_NOT_FOUND'].includes(reason)

/** What payment says where it is not the payment itself that is refused. */
const isForAnotherTime = (reason: string): boolean => ['PAYMENT_UNDER_WAY', 'PURPOSE_PAID'].includes(reason)

const begin = (message: Message): Step => {
  if (!isEvent(message, ReservationCreatedSchema)) return stay({ at: 'new' })
  const { reservationId: reservation, userId: user, eventId: event, total, expiresAt } = message.event
  const untried = { payment: '', method: '', attempt: 0, paid: '' }
  const price = { total: Number(total?.minorUnits ?? 0), currency: total?.currency ?? '' }
  const unmoved = { isWithdrawn: false, isLapsed: false, isEventOff: false }
  const booking: Booking = { reservation, user, event, ...price, ...untried, ...unmoved }
  if (booking.total === 0) return goCommit(booking)
  const due = new Date((dateOf(expiresAt) ?? message.at).getTime() + lapseGraceMs)
  return { next: { ...booking, at: 'held' }, outputs: [timer('lapse', due)] }
}

/** Money is here: it buys the tickets, unless they are not wanted any more. */
const goOn = (booking: Booking): Step => (booking.isWithdrawn ? goRelease(booking) : goCommit(booking))

/** No payment is open any more. */
const wait = (booking: Booking): Step =>
  booking.isWithdrawn || booking.isLapsed ? goRelease(booking) : stay({ ...booking, at: 'held' })

const whilePaying = (state: Known, message: Message): Step => {
  if (message.kind === 'expired') return goPay(state)
  if (message.kind === 'error') {
    const isLastWord = ['NOT_FOUND', 'FAILED_PRECONDITION', 'INVALID_ARGUMENT'].includes(message.code)
    return isLastWord && !isForAnotherTime(message.reason)
      ? goDecline(state, message.reason || message.code)
      : goPay(state, askAgainMs)
  }
  if (!isAnswer(message, initiatePayment)) return stay(state)
  const { status, failureReason } = message.response.payment ?? {}
  const asked = goPay(state, askAgainMs)
  const told = (as: ReservationPaymentStatus): Step => ({
    next: asked.next,
    outputs: [...tell(state, as).outputs, ...asked.outputs],
  })
  switch (status) {
    case PaymentStatus.SUCCEEDED:
    case PaymentStatus.REFUNDED:
    case PaymentStatus.PARTIALLY_REFUNDED:
      return goOn({ ...state, paid: state.payment })
    case PaymentStatus.FAILED:
    case PaymentStatus.CANCELLED:
      return goDecline(state, failureReason || 'CANCELLED')
    case PaymentStatus.REQUIRES_ACTION:
      return told(ReservationPaymentStatus.REQUIRES_ACTION)
    case PaymentStatus.UNKNOWN:
      return told(ReservationPaymentStatus.UNKNOWN)
    default:
      return asked
  }
}

const whileStopping = (state: Known, message: Message): Step => {
  if (message.kind === 'answer') return wait(state)
  if (message.kind === 'expired') return goStop(state)
  if (message.kind !== 'error') return stay(state)
  return message.reason === 'PAYMENT_SUCCEEDED' ? goOn({ ...state, paid: state.payment }) : goStop(state, askAgainMs)
}

const whileCommitting = (state: Known, message: Message): Step => {
  // What is sold is not given back to inventory.
  if (message.kind === 'answer') return state.isWithdrawn ? goClose(state) : goConfirm(state)
  if (message.kind === 'expired') return goCommit(state)
  if (message.kind !== 'error') return stay(state)
  if (!isGone(message.reason)) return goCommit(state, askAgainMs)
  return goRelease({ ...state, isEventOff: state.isEventOff || message.reason === 'EVENT_CLOSED' })
}

const whileClosing = (state: Closing, message: Message): Step => {
  if (message.kind === 'expired') return goClose(state)
  if (message.kind === 'error') return goClose(state, askAgainMs)
  if (!isAnswer(message, closeReservation)) return stay(state)
  if (state.paid !== state.told) return goClose(state)
  const { told: _, ...booking } = state
  return state.paid ? goRefund(booking, message.response.refundId) : stay({ ...booking, at: 'closed' })
}

/** The outcome that a state waits for. */
const outcomeIn = (state: Known, message: Message): Step => {
  switch (state.at) {
    case 'paying':
      return whilePaying(state, message)
    case 'declining':
      if (message.kind === 'answer') return wait(state)
      return goDecline(state, '', message.kind === 'error' ? askAgainMs : 0)
    case 'stopping':
      return whileStopping(state, message)
    case 'committing':
      return whileCommitting(state, message)
    case 'confirming':
      if (message.kind === 'answer') return state.isWithdrawn ? goClose(state) : stay({ ...state, at: 'confirmed' })
      return goConfirm(state, message.kind === 'error' ? askAgainMs : 0)
    case 'releasing':
      if (message.kind === 'expired') return goRelease(state)
      if (message.kind === 'error' && message.reason !== 'HOLD_COMMITTED') return goRelease(state, askAgainMs)
      return goClose(state)
    case 'closing':
      return whileClosing(state, message)
    default:
      return stay(state)
  }
}

/** The command whose outcome a state waits for; all others are over. */
const awaited: Partial<Record<BookingState['at'], string>> = {
  declining: 'decline',
  stopping: 'stop',
  committing: 'commit',
  confirming: 'confirm',
  releasing: 'release',
  closing: 'close',
}

const isAwaited = (state: Known, step: string): boolean =>
  step === (state.at === 'paying' ? payStep(state) : awaited[state.at])

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
      return goClose(withdrawn)
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

const step = (state: BookingState, message: Message): Step => {
  if (state.at === 'new') return begin(message)
  if (state.at === 'refunding' || state.at === 'owing' || state.at === 'settling') return refundStep(state, message)
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
