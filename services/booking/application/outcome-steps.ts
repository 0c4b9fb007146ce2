import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { PaymentStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { isAnswer } from '#shared/application/process.ts'
import {
  askAgainMs,
  type Booking,
  type BookingState,
  goClose,
  goCommit,
  goConfirm,
  goDecline,
  goPay,
  goRelease,
  goStop,
  type Message,
  payStep,
  type Step,
  stay,
  tell,
} from './booking-steps.ts'
import { goRefund, goSettle } from './refund-steps.ts'

const { initiatePayment } = PaymentService.method
const { closeReservation } = BookingService.method

export type Known = Exclude<BookingState, { at: 'new' }>
type Closing = Extract<BookingState, { told: string }>

/** What inventory says of tickets that cannot be had any more. */
const isGone = (reason: string): boolean =>
  ['TICKETS_UNAVAILABLE', 'EVENT_CLOSED', 'HOLD_RELEASED', 'HOLD_NOT_FOUND'].includes(reason)

/** What payment says where it is not the payment itself that is refused. */
const isForAnotherTime = (reason: string): boolean => ['PAYMENT_UNDER_WAY', 'PURPOSE_PAID'].includes(reason)

/** Money is here: it buys the tickets, unless they are not wanted any more. */
export const goOn = (booking: Booking): Step => (booking.isWithdrawn ? goRelease(booking) : goCommit(booking))

const isUnwanted = ({ isWithdrawn, isPaidBack }: Booking): boolean => isWithdrawn || isPaidBack

/** No payment is open any more. */
export const wait = (booking: Booking): Step =>
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
  if (message.kind === 'answer') return isUnwanted(state) ? goRelease(state) : goConfirm(state)
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
  if (!state.paid) return stay({ ...booking, at: 'closed' })
  const { refundId } = message.response
  return state.isPaidBack ? goSettle(booking, refundId) : goRefund(booking, refundId, 0)
}

/** The outcome that a state waits for. */
export const outcomeIn = (state: Known, message: Message): Step => {
  switch (state.at) {
    case 'paying':
      return whilePaying(state, message)
    case 'declining':
      if (message.kind === 'answer') return wait(state)
      return goDecline(state, state.reason, message.kind === 'error' ? askAgainMs : 0)
    case 'stopping':
      return whileStopping(state, message)
    case 'committing':
      return whileCommitting(state, message)
    case 'confirming':
      if (message.kind === 'answer') return isUnwanted(state) ? goRelease(state) : stay({ ...state, at: 'confirmed' })
      return goConfirm(state, message.kind === 'error' ? askAgainMs : 0)
    case 'releasing':
      if (message.kind === 'expired') return goRelease(state)
      if (message.kind === 'error') return goRelease(state, askAgainMs)
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

export const isAwaited = (state: Known, step: string): boolean =>
  step === (state.at === 'paying' ? payStep(state) : awaited[state.at])
