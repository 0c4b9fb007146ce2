import {
  PaymentActionRequiredSchema,
  PaymentBecameUnknownSchema,
  PaymentCameLateSchema,
  PaymentCancelledSchema,
  PaymentFailedSchema,
  PaymentInitiatedSchema,
  PaymentSucceededSchema,
  RefundFailedSchema,
  RefundProcessedSchema,
  RefundRequestedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { EventSourcedAggregate, type RecordedEvent } from '#shared/domain/aggregate.ts'
import { invalid } from '#shared/domain/errors.ts'
import { Money } from '#shared/domain/money.ts'
import { chargePosting, type Posting, refundPosting, refundReturnedPosting } from './ledger.ts'
import type { ChargeOutcome, TransferOutcome } from './outcome.ts'
import { evolve, nothing, type PaymentState, type PaymentStatus, type Refund } from './payment-state.ts'
import {
  exceeds,
  isSameAmount,
  mismatch,
  notSucceeded,
  type PaymentRequest,
  refundMismatch,
  succeeded,
  wasCancelled,
} from './request.ts'

const plain = ({ minorUnits, currency }: Money) => ({ minorUnits, currency })

/** How long a payer may take to do what the provider wants. */
export const actionMs = 60 * 60_000

/**
 * An attempt to pay for a purpose. Its charge goes one way: what is undecided succeeds, fails or is cancelled, once, and
 * what is heard late or twice changes nothing. Money that comes after it failed or was cancelled goes back by itself.
 */
export class Payment extends EventSourcedAggregate {
  state: PaymentState = nothing

  static initiate(request: PaymentRequest, provider: string): Payment {
    const { paymentId, purpose, payerId, amount, methodId, description } = request
    const payment = new Payment(paymentId)
    payment.raise(PaymentInitiatedSchema, {
      paymentId,
      purpose: { kind: PaymentPurpose[purpose.kind], id: purpose.id },
      payerId,
      amount: plain(amount),
      paymentMethodId: methodId,
      provider,
      description,
    })
    return payment
  }

  /** Remembers a cancellation that came first, so that nothing is charged after it. */
  static cancelledBefore(id: string): Payment {
    const payment = new Payment(id)
    payment.raise(PaymentCancelledSchema, { paymentId: id })
    return payment
  }

  protected override apply({ message }: RecordedEvent): void {
    this.state = evolve(this.state, message)
  }

  get isOpen(): boolean {
    return ['PENDING', 'UNKNOWN', 'REQUIRES_ACTION'].includes(this.state.charge)
  }

  get status(): PaymentStatus {
    const { charge, amount } = this.state
    if (charge !== 'SUCCEEDED') return charge as PaymentStatus
    if (this.refunded.minorUnits === 0n) return 'SUCCEEDED'
    return isSameAmount(this.refunded, amount) ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
  }

  get refunded(): Money {
    return this.sumOf('PROCESSED')
  }

  // What was never initiated has none, and is asked for none.
  private get amount(): Money {
    return this.state.amount as Money
  }

  private sumOf(...statuses: Refund['status'][]): Money {
    const counted = this.state.refunds.filter(({ status }) => statuses.includes(status))
    return counted.reduce((sum, { amount }) => sum.plus(amount), Money.of(0n, this.amount.currency))
  }

  /** Throws PAYMENT_MISMATCH where it is for something else, PAYMENT_CANCELLED where its id was given up unused. */
  mustBeFor(request: PaymentRequest): void {
    const { purpose, payerId, amount, methodId, description } = this.state
    if (!purpose) throw wasCancelled()
    const isSame =
      purpose.kind === request.purpose.kind &&
      purpose.id === request.purpose.id &&
      payerId === request.payerId &&
      methodId === request.methodId &&
      description === request.description &&
      isSameAmount(amount, request.amount)
    if (!isSame) throw mismatch()
  }

  /**
   * Takes over what the provider says of the charge; answers what moves in the ledger. `lateRefundId` names the refund
   * of money that comes too late.
   */
  observe(outcome: ChargeOutcome, lateRefundId: string): Posting[] {
    if (!this.state.purpose) return []
    switch (outcome.status) {
      case 'SUCCEEDED':
        return this.receive(outcome, lateRefundId)
      case 'FAILED':
        if (this.isOpen) this.raise(PaymentFailedSchema, { ...this.told, reason: outcome.reason })
        return []
      case 'CANCELLED':
        if (this.isOpen) this.raise(PaymentCancelledSchema, this.told)
        return []
      case 'REQUIRES_ACTION':
        if (this.state.charge === 'PENDING' || this.state.charge === 'UNKNOWN')
          this.raise(PaymentActionRequiredSchema, { ...this.told, externalId: outcome.externalId })
        return []
      default:
        if (this.state.charge === 'PENDING') this.raise(PaymentBecameUnknownSchema, this.told)
        return []
    }
  }

  private receive({ externalId, fee }: Extract<ChargeOutcome, { status: 'SUCCEEDED' }>, refundId: string): Posting[] {
    if (this.state.isReceived) return []
    const { amount, told } = this
    const isLate = !this.isOpen
    this.raise(isLate ? PaymentCameLateSchema : PaymentSucceededSchema, { ...told, externalId, fee: plain(fee) })
    if (isLate) this.requestRefund(refundId, amount, 'CAME_LATE')
    return [chargePosting(this.id, { ...this.books, amount, fee })]
  }

  /** Throws PAYMENT_SUCCEEDED; answers whether its provider is to be asked to give it up. */
  mayBeCancelled(): boolean {
    if (this.state.charge === 'SUCCEEDED') throw succeeded()
    return this.isOpen
  }

  /**
   * Asks for money to go back; all that is left unless an amount is given. Answers the refund, and undefined for one that
   * was asked for before. Throws PAYMENT_NOT_SUCCEEDED, REFUND_MISMATCH, REFUND_EXCEEDS_PAYMENT, CURRENCY_MISMATCH.
   */
  requestRefund(refundId: string, wanted: Money | undefined, reason: string): Refund | undefined {
    const known = this.state.refunds.find(({ id }) => id === refundId)
    if (known) {
      if (wanted && !isSameAmount(wanted, known.amount)) throw refundMismatch()
      return undefined
    }
    if (!this.state.isReceived) throw notSucceeded()
    if (wanted && wanted.currency !== this.amount.currency)
      throw invalid('amount', 'CURRENCY_MISMATCH', `this payment is in ${this.amount.currency}`)
    const left = this.amount.minus(this.sumOf('PENDING', 'PROCESSED'))
    const amount = wanted ?? left
    if (amount.minorUnits <= 0n || amount.minorUnits > left.minorUnits) throw exceeds()
    this.raise(RefundRequestedSchema, { ...this.identity, refundId, amount: plain(amount), reason })
    return this.state.refunds.at(-1)
  }

  /** Takes over what the provider says of a refund; answers what moves in the ledger. One that left may come back. */
  observeRefund(refundId: string, outcome: TransferOutcome): Posting[] {
    const refund = this.state.refunds.find(({ id }) => id === refundId)
    if (!refund || refund.status === 'FAILED') return []
    const { id, amount, status } = refund
    const about = { ...this.identity, refundId, amount: plain(amount) }
    if (outcome.status === 'DONE' && status === 'PENDING') {
      const refunded = plain(this.refunded.plus(amount))
      this.raise(RefundProcessedSchema, { ...about, externalId: outcome.externalId, refunded })
      return [refundPosting(id, { ...this.books, amount })]
    }
    if (outcome.status !== 'FAILED') return []
    this.raise(RefundFailedSchema, { ...about, reason: outcome.reason })
    return status === 'PROCESSED' ? [refundReturnedPosting(id, { ...this.books, amount })] : []
  }

  private get books() {
    return { provider: this.state.provider, kind: this.state.purpose?.kind ?? '' }
  }

  private get identity() {
    const { purpose, payerId } = this.state
    return {
      paymentId: this.id,
      payerId,
      ...(purpose && { purpose: { kind: PaymentPurpose[purpose.kind], id: purpose.id } }),
    }
  }

  private get told() {
    return { ...this.identity, amount: plain(this.amount) }
  }
}
