import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { RefundFailedSchema, RefundProcessedSchema } from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { RefundStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { isAnswer, isEvent } from '#shared/application/process.ts'
import { end } from '#shared/application/process-output.ts'
import {
  askAgainMs,
  type BookingState,
  goOwe,
  goRefund,
  goSettle,
  type Message,
  refundAgainMs,
  type Step,
  stay,
} from './booking-steps.ts'

const { refundPayment } = PaymentService.method
const { notePayment } = BookingService.method

type Refunding = Extract<BookingState, { refund: string }>

const whileRefunding = (state: Refunding, message: Message): Step => {
  if (message.kind === 'expired') return goRefund(state, state.refund)
  if (message.kind === 'error') {
    // All that is left was asked for: somebody else has paid it back.
    if (message.reason === 'REFUND_EXCEEDS_PAYMENT') return goSettle(state, state.refund)
    return goOwe(state, state.refund, message.reason || message.code)
  }
  if (!isAnswer(message, refundPayment)) return stay(state)
  const refund = message.response.payment?.refunds.find(({ id }) => id === state.refund)
  if (refund?.status === RefundStatus.PROCESSED) return goSettle(state, state.refund)
  return refund?.status === RefundStatus.FAILED ? goOwe(state, state.refund, refund.failureReason) : stay(state)
}

/** A refund that failed is asked for under another id. */
const whileOwing = (state: Refunding, message: Message): Step => {
  if (isAnswer(message, notePayment)) return goRefund(state, message.response.refundId, refundAgainMs)
  return goOwe(state, state.refund, '', message.kind === 'error' ? askAgainMs : 0)
}

const awaited = { refunding: 'refund', owing: 'owe', settling: 'settle' } as const

/** What a message does while money goes back, which is tried until it is there. */
export const refundStep = (state: Refunding, message: Message): Step => {
  if ('step' in message) {
    if (message.step !== awaited[state.at]) return stay(state)
    if (state.at === 'refunding') return whileRefunding(state, message)
    if (state.at === 'owing') return whileOwing(state, message)
    if (message.kind === 'answer') return { next: state, outputs: [end()] }
    return goSettle(state, state.refund, message.kind === 'error' ? askAgainMs : 0)
  }
  if (state.at === 'settling') return stay(state)
  if (isEvent(message, RefundProcessedSchema)) {
    const { paymentId, refundId, refunded } = message.event
    const isAll = refundId === state.refund || Number(refunded?.minorUnits ?? 0) >= state.total
    return paymentId === state.paid && isAll ? goSettle(state, state.refund) : stay(state)
  }
  const hasFailed = state.at === 'refunding' && isEvent(message, RefundFailedSchema)
  if (!hasFailed || message.event.refundId !== state.refund) return stay(state)
  return goOwe(state, state.refund, message.event.reason)
}
