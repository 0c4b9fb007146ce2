import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import {
  RefundFailedSchema,
  type RefundProcessed,
  RefundProcessedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { RefundStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { isAnswer, isEvent } from '#shared/application/process.ts'
import { end } from '#shared/application/process-output.ts'
import {
  askAgainMs,
  type Booking,
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

/** Whether with this refund all of the payment is paid back. */
export const isAll = ({ paid, total }: Booking, { paymentId, refunded }: RefundProcessed): boolean =>
  paymentId === paid && Number(refunded?.minorUnits ?? 0) >= total

type Refunding = Extract<BookingState, { refund: string }>

const whileRefunding = (state: Refunding, message: Message): Step => {
  if (message.kind === 'expired') return goRefund(state, state.refund)
  if (message.kind === 'error') {
    return goOwe(state, state.refund, false, message.reason || message.code)
  }
  if (!isAnswer(message, refundPayment)) return stay(state)
  const refund = message.response.payment?.refunds.find(({ id }) => id === state.refund)
  if (refund?.status === RefundStatus.PROCESSED) return goSettle(state, state.refund)
  return refund?.status === RefundStatus.FAILED ? goOwe(state, state.refund, true, refund.failureReason) : stay(state)
}

/** A refund that failed is asked for under another id; one that was refused may have begun, and keeps its own. */
const whileOwing = (state: Refunding, message: Message): Step => {
  const { refund, hasFailed } = state
  if (isAnswer(message, notePayment))
    return goRefund(state, hasFailed ? message.response.refundId : refund, refundAgainMs)
  return goOwe(state, refund, hasFailed, '', message.kind === 'error' ? askAgainMs : 0)
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
  if (isEvent(message, RefundProcessedSchema))
    return isAll(state, message.event) ? goSettle(state, state.refund) : stay(state)
  if (!isEvent(message, RefundFailedSchema) || message.event.refundId !== state.refund) return stay(state)
  return state.at === 'refunding'
    ? goOwe(state, state.refund, true, message.event.reason)
    : stay({ ...state, hasFailed: true })
}
