import {
  ExpiryReason,
  PaymentMethodChangedSchema,
  SubscriptionCancelledSchema,
  SubscriptionCreatedSchema,
  SubscriptionDowngradedSchema,
  SubscriptionExpiredSchema,
  SubscriptionRenewedSchema,
  SubscriptionResumedSchema,
  SubscriptionSuspendedSchema,
  SubscriptionTermsChangedSchema,
  SubscriptionUpgradedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { conflict, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { type Period, periodAt } from './billing-period.ts'
import { type ChangeQuote, isHigher } from './change.ts'
import type { Invoice } from './invoice.ts'
import { type PaymentMethod, SubscriptionState } from './subscription-state.ts'
import { free, type Tier, tierOf } from './tier.ts'

const overdue = () => precondition('PAYMENT_OVERDUE', 'an invoice is to be paid first')

type Bill = Pick<Invoice, 'id' | 'billId'>

/** What one user may use, and pays for. */
export class Subscription extends SubscriptionState {
  static open(userId: string, now: Date): Subscription {
    const subscription = Object.assign(new Subscription(), {
      ...{ id: userId, tier: free, status: 'ACTIVE' as const, isComplimentary: false, anchor: now, createdAt: now },
      ...{ paidFrom: undefined, paidUntil: undefined, nextTier: '', renewalBill: undefined, isOverdue: false },
      ...{ changeBill: undefined, changeTier: '', credit: 0, paymentMethod: undefined, paymentProblem: '' },
    })
    subscription.record(SubscriptionCreatedSchema, { userId, tier: free })
    return subscription
  }

  /** Throws what stands against a change of tier. */
  mustBeChangeable(now: Date): void {
    this.mustLive()
    if (this.isOverdue || (this.paidUntil && this.paidUntil <= now)) throw overdue()
    if (this.status === 'CANCELLED') {
      throw precondition('SUBSCRIPTION_CANCELLED', 'the subscription is cancelled; resume it first')
    }
    if (this.changeBill) throw precondition('CHANGE_PENDING', `${this.changeTier} is being paid for`)
  }

  /** Throws SAME_TIER and what `mustBeChangeable` does. */
  mustAllow(quote: ChangeQuote, now: Date): void {
    this.mustBeChangeable(now)
    if (quote.kind === 'stay' && this.nextTier === '') throw precondition('SAME_TIER', `it is ${this.tier} already`)
  }

  /** Changes the tier as quoted. Throws PAYMENT_METHOD_REQUIRED and what `mustAllow` does. */
  requestChange(target: Tier, quote: ChangeQuote, bill: string, now: Date): void {
    this.mustAllow(quote, now)
    if (quote.kind === 'upgrade') {
      if (!this.paymentMethod) {
        throw precondition('PAYMENT_METHOD_REQUIRED', 'set a payment method first: a dearer tier is paid at once')
      }
      this.changeBill = bill
      this.changeTier = target.id
      this.schedule(bill, 'UPGRADE', now)
    } else if (quote.kind === 'downgrade' && !this.paid) this.lower(target.id)
    else this.nextTier = quote.kind === 'stay' ? '' : target.id
  }

  /** Throws NOTHING_TO_CANCEL, ALREADY_CANCELLED. */
  cancel(isNow: boolean, now: Date): void {
    this.mustLive()
    const hadChange = this.changeBill !== undefined
    this.withdrawChange()
    if (this.tier === free) {
      if (hadChange) return
      throw precondition('NOTHING_TO_CANCEL', 'FREE costs nothing and stays')
    }
    const { id: userId, tier } = this
    const isRunning = this.paidUntil !== undefined && this.paidUntil > now && !this.isOverdue
    if (this.status === 'CANCELLED' && !isNow && isRunning) {
      throw precondition('ALREADY_CANCELLED', 'the subscription ends with the period')
    }
    const endsAt = isNow || !isRunning ? now : (this.paidUntil as Date)
    this.record(SubscriptionCancelledSchema, { userId, tier, endsAt: timestamp(endsAt) })
    if (endsAt === now) this.fallFree(ExpiryReason.CANCELLED)
    else this.status = 'CANCELLED'
  }

  /** A change that was to come with the period's end is to come again. Throws NOT_CANCELLED. */
  resume(now: Date): void {
    this.mustLive()
    if (this.status !== 'CANCELLED' || !this.paidUntil || this.paidUntil <= now) {
      throw precondition('NOT_CANCELLED', 'there is no cancellation that could be taken back')
    }
    this.status = 'ACTIVE'
    this.record(SubscriptionResumedSchema, { userId: this.id, tier: this.tier })
  }

  setPaymentMethod(method: PaymentMethod): void {
    this.mustLive()
    this.paymentMethod = method
    const billId = this.isOverdue ? this.renewalBill : undefined
    this.record(PaymentMethodChangedSchema, { userId: this.id, billId: billId ?? '' })
  }

  /** Gives a tier for nothing. */
  give(target: Tier, present: Tier): void {
    this.mustLive()
    this.withdrawChange()
    const isSame = present.id === target.id && !this.renewalBill
    this.stopBilling()
    this.isComplimentary = target.id !== free
    if (!isSame) this.take(target, present)
  }

  private take(target: Tier, present: Tier): void {
    const { id: userId, isComplimentary } = this
    const [fromTier, tier] = [present.id, target.id]
    this.tier = tier
    if (tier === fromTier) this.record(SubscriptionTermsChangedSchema, { userId, tier, isComplimentary })
    else if (isHigher(present, target))
      this.record(SubscriptionDowngradedSchema, { userId, fromTier, tier, isComplimentary })
    else this.record(SubscriptionUpgradedSchema, { userId, fromTier, tier, isComplimentary })
  }

  /** Ends everything: the account is gone. */
  leave(): void {
    if (this.status === 'EXPIRED') return
    const { id: userId, tier } = this
    this.withdrawChange()
    this.stopBilling()
    Object.assign(this, { tier: free, status: 'EXPIRED', isComplimentary: false, credit: 0, paymentMethod: undefined })
    this.record(SubscriptionExpiredSchema, { userId, tier, reason: ExpiryReason.ACCOUNT_DELETED })
  }

  /** Begins what a renewal's bill is for, and answers the period; undefined where none is wanted. Throws CHANGE_PENDING. */
  beginRenewal(bill: string): Period | undefined {
    if (this.renewalBill !== bill || !this.paidUntil) return undefined
    if (this.changeBill) throw conflict('CHANGE_PENDING', `${this.changeTier} is being paid for`)
    if (this.status === 'CANCELLED') this.fallFree(ExpiryReason.CANCELLED)
    else if (this.nextTier) this.lower(this.nextTier)
    if (!this.paidUntil) return undefined
    this.isOverdue = true
    return periodAt(this.anchor, this.paidUntil)
  }

  /** Gives what an invoice has paid for, until the next bill. Answers whether that is still wanted. */
  settle(
    invoice: Bill & Pick<Invoice, 'purpose' | 'period' | 'startsPeriod'>,
    nextBill: string,
    tiers: readonly Tier[],
  ): boolean {
    const { period } = invoice
    if (invoice.purpose === 'RENEWAL') {
      if (this.renewalBill !== invoice.billId) return false
      const { id: userId, tier } = this
      const [periodStart, periodEnd] = [timestamp(period.start), timestamp(period.end)]
      this.record(SubscriptionRenewedSchema, { userId, tier, periodStart, periodEnd, invoiceId: invoice.id })
      this.pay(period, nextBill)
      return true
    }
    if (this.changeBill !== invoice.billId) return false
    const [target, present] = [tierOf(tiers, this.changeTier), tierOf(tiers, this.tier)]
    Object.assign(this, { isComplimentary: false, nextTier: '', paymentProblem: '' })
    this.endChange()
    this.take(target, present)
    if (!invoice.startsPeriod) return true
    this.anchor = period.start
    this.pay(period, nextBill)
    return true
  }

  private pay({ start, end }: Period, nextBill: string): void {
    Object.assign(this, { paidFrom: start, paidUntil: end, isOverdue: false, paymentProblem: '', status: 'ACTIVE' })
    this.renewalBill = nextBill
    this.schedule(nextBill, 'RENEWAL', end)
  }

  /** Nothing is charged for an invoice any more: a change that it was for is not made. */
  abandon({ billId }: Bill): void {
    if (this.changeBill === billId) this.endChange()
  }

  suspend({ id: invoiceId, billId, amountDue: { minorUnits, currency } }: Bill & Pick<Invoice, 'amountDue'>): void {
    if (this.renewalBill !== billId || this.status === 'SUSPENDED') return
    this.status = 'SUSPENDED'
    const amountDue = { minorUnits, currency }
    this.record(SubscriptionSuspendedSchema, { userId: this.id, tier: this.tier, invoiceId, amountDue })
  }

  expire({ billId }: Bill): void {
    if (this.renewalBill === billId) this.fallFree(ExpiryReason.UNPAID)
  }
}
