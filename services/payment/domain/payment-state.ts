import type { Message } from '@bufbuild/protobuf'
import type {
  PaymentActionRequired,
  PaymentBecameUnknown,
  PaymentCameLate,
  PaymentCancelled,
  PaymentFailed,
  PaymentInitiated,
  PaymentSucceeded,
  RefundFailed,
  RefundProcessed,
  RefundRequested,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { Money } from '#shared/domain/money.ts'
import { type PurposeKind, purposeKindOf } from './request.ts'

export type PaymentStatus =
  | 'PENDING'
  | 'REQUIRES_ACTION'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'REFUNDED'
  | 'PARTIALLY_REFUNDED'
  | 'UNKNOWN'
  | 'CANCELLED'

/** Where the money of a payment is: refunds aside. */
export type ChargeStatus = Exclude<PaymentStatus, 'REFUNDED' | 'PARTIALLY_REFUNDED'>

export interface Refund {
  id: string
  amount: Money
  status: 'PENDING' | 'PROCESSED' | 'FAILED'
  reason: string
  failureReason: string
  externalId: string
}

/** What the events of a payment tell. */
export type PaymentEvent =
  | PaymentInitiated
  | PaymentActionRequired
  | PaymentSucceeded
  | PaymentFailed
  | PaymentBecameUnknown
  | PaymentCancelled
  | PaymentCameLate
  | RefundRequested
  | RefundProcessed
  | RefundFailed

export interface PaymentState {
  purpose: { kind: PurposeKind; id: string } | undefined
  payerId: string
  amount: Money | undefined
  methodId: string
  provider: string
  description: string
  charge: ChargeStatus | 'NEW'
  /** Whether its money came, however late. */
  isReceived: boolean
  externalId: string
  fee: Money | undefined
  failureReason: string
  refunds: readonly Refund[]
}

export const nothing: PaymentState = {
  purpose: undefined,
  payerId: '',
  amount: undefined,
  methodId: '',
  provider: '',
  description: '',
  charge: 'NEW',
  isReceived: false,
  externalId: '',
  fee: undefined,
  failureReason: '',
  refunds: [],
}

/** An amount as a message has it. */
const moneyOf = (money: { minorUnits: bigint; currency: string } | undefined): Money | undefined =>
  money && Money.of(money.minorUnits, money.currency)

const refundChanged = (state: PaymentState, id: string, change: Partial<Refund>): PaymentState => ({
  ...state,
  refunds: state.refunds.map((refund) => (refund.id === id ? { ...refund, ...change } : refund)),
})

/** The state after an event; decides nothing. */
export const evolve = (state: PaymentState, message: Message): PaymentState => {
  const event = message as PaymentEvent
  switch (event.$typeName) {
    case 'troupe.payment.v1.PaymentInitiated':
      return {
        ...state,
        purpose: event.purpose && { kind: purposeKindOf(event.purpose.kind), id: event.purpose.id },
        payerId: event.payerId,
        amount: moneyOf(event.amount),
        methodId: event.paymentMethodId,
        provider: event.provider,
        description: event.description,
        charge: 'PENDING',
      }
    case 'troupe.payment.v1.PaymentActionRequired':
      return { ...state, charge: 'REQUIRES_ACTION', externalId: event.externalId }
    case 'troupe.payment.v1.PaymentSucceeded':
      return { ...state, charge: 'SUCCEEDED', isReceived: true, externalId: event.externalId, fee: moneyOf(event.fee) }
    case 'troupe.payment.v1.PaymentCameLate':
      return { ...state, isReceived: true, externalId: event.externalId, fee: moneyOf(event.fee) }
    case 'troupe.payment.v1.PaymentFailed':
      return { ...state, charge: 'FAILED', failureReason: event.reason }
    case 'troupe.payment.v1.PaymentBecameUnknown':
      return { ...state, charge: 'UNKNOWN' }
    case 'troupe.payment.v1.PaymentCancelled':
      return { ...state, charge: 'CANCELLED' }
    case 'troupe.payment.v1.RefundRequested': {
      const { refundId: id, reason } = event
      const amount = moneyOf(event.amount) as Money
      const refund: Refund = { id, amount, status: 'PENDING', reason, failureReason: '', externalId: '' }
      return { ...state, refunds: [...state.refunds, refund] }
    }
    case 'troupe.payment.v1.RefundProcessed':
      return refundChanged(state, event.refundId, { status: 'PROCESSED', externalId: event.externalId })
    case 'troupe.payment.v1.RefundFailed':
      return refundChanged(state, event.refundId, { status: 'FAILED', failureReason: event.reason })
  }
}
