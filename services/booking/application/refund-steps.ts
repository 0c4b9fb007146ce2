import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import {
  RefundFailedSchema,
  type RefundProcessed,
  RefundProcessedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { RefundStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { isAnswer, isEvent } from '#shared/application/process.ts'
import { command, end } from '#shared/application/process-output.ts'
import {
  askAgainMs,
  type Booking,
  type BookingState,
  type Message,
  note,
  type Refund,
  type Step,
  stay,
} from './booking-steps.ts'

const { refundPayment } = PaymentService.method
const { notePayment } = BookingService.method

/** Whether with this refund all of the payment is paid back. */
export const isAll = ({ paid, total }: Booking, { paymentId, refunded }: RefundProcessed): boolean =>
  paymentId === paid && Number(refunded?.minorUnits ?? 0) >= total

const refundAgainMs = 60 * 60_000
const refundAgainAtMostMs = 24 * 60 * 60_000
/** How often a refund may come to nothing before it is left to an operator: after more than five days. */
const mostRefundTries = 10
/** When a refund is tried again that has come to nothing so many times. */
const refundDelayMs = (tries: number): number => Math.min(refundAgainMs * 2 ** (tries - 1), refundAgainAtMostMs)

export const goRefund = (booking: Booking, refund: string, tries: number, delayMs = 0): Step => {
  const reason = booking.isEventOff ? 'EVENT_CANCELLED' : booking.isWithdrawn ? 'CANCELLED' : 'TICKETS_UNAVAILABLE'
  const request = { paymentId: booking.paid, refundId: refund, reason }
  return {
    next: { ...booking, at: 'refunding', refund, tries, hasFailed: false },
    outputs: [command('refund', refundPayment, request, { delayMs })],
  }
}

/** The money could not be paid back: an operator is to see it, and it is tried again later, until it was often enough. */
const goOwe = (booking: Booking, { refund, hasFailed, tries }: Refund, reason: string, delayMs = 0): Step => {
  const { REFUND_FAILED, REFUND_GIVEN_UP } = ReservationPaymentStatus
  const status = tries < mostRefundTries ? REFUND_FAILED : REFUND_GIVEN_UP
  return {
    next: { ...booking, at: 'owing', refund, hasFailed, tries, reason },
    outputs: [note('owe', booking, booking.paid, status, reason, delayMs)],
  }
}

export const goSettle = (booking: Booking, refund: string, delayMs = 0): Step => ({
  next: { ...booking, at: 'settling', refund, hasFailed: false, tries: 0 },
  outputs: [note('settle', booking, booking.paid, ReservationPaymentStatus.REFUNDED, '', delayMs)],
})

type Refunding = Extract<BookingState, { refund: string }>

const fail = (state: Refunding, hasFailed: boolean, reason: string): Step =>
  goOwe(state, { refund: state.refund, hasFailed, tries: state.tries + 1 }, reason)

const whileRefunding = (state: Refunding, message: Message): Step => {
  if (message.kind === 'expired') return goRefund(state, state.refund, state.tries)
  if (message.kind === 'error') return fail(state, false, message.reason || message.code)
  if (!isAnswer(message, refundPayment)) return stay(state)
  const refund = message.response.payment?.refunds.find(({ id }) => id === state.refund)
  if (refund?.status === RefundStatus.PROCESSED) return goSettle(state, state.refund)
  return refund?.status === RefundStatus.FAILED ? fail(state, true, refund.failureReason) : stay(state)
}

/** A refund that failed is asked for under another id; one that was refused may have begun, and keeps its own. */
const whileOwing = (state: Refunding, message: Message): Step => {
  const { refund, hasFailed, tries } = state
  if (!isAnswer(message, notePayment))
    return goOwe(state, state, state.reason, message.kind === 'error' ? askAgainMs : 0)
  if (tries >= mostRefundTries) return stay({ ...state, at: 'stranded' })
  return goRefund(state, hasFailed ? message.response.refundId : refund, tries, refundDelayMs(tries))
}

const awaited = { refunding: 'refund', owing: 'owe', stranded: '', settling: 'settle' } as const

/** What a message does while money goes back, which is tried until it is there or was tried often enough. */
export const refundStep = (state: Refunding, message: Message): Step => {
  if ('step' in message) {
    if (message.step !== awaited[state.at]) return stay(state)
    if (state.at === 'refunding') return whileRefunding(state, message)
    if (state.at === 'owing') return whileOwing(state, message)
    if (message.kind === 'answer') return { next: state, outputs: [end()] }
    return goSettle(state, state.refund, message.kind === 'error' ? askAgainMs : 0)
  }
  if (state.at === 'settling') return stay(state)
  if (isEvent(message, RefundProcessedSchema))
    return isAll(state, message.event) ? goSettle(state, state.refund) : stay(state)
  if (!isEvent(message, RefundFailedSchema) || message.event.refundId !== state.refund) return stay(state)
  if (state.at === 'refunding') return fail(state, true, message.event.reason)
  return state.at === 'owing' ? stay({ ...state, hasFailed: true }) : stay(state)
}
