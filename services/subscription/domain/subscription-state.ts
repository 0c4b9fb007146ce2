import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import {
  BillScheduledSchema,
  BillWithdrawnSchema,
  type ExpiryReason,
  SubscriptionDowngradedSchema,
  SubscriptionExpiredSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { precondition } from '#shared/domain/errors.ts'
import type { Money } from '#shared/domain/money.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Period } from './billing-period.ts'
import type { Purpose } from './invoice.ts'
import { cents, free } from './tier.ts'

export type SubscriptionStatus = 'ACTIVE' | 'CANCELLED' | 'EXPIRED' | 'SUSPENDED'

/** What invoices are paid with. */
export interface PaymentMethod {
  /** What payment knows it by. */
  methodId: string
  brand: string
  last4: string
}

/**
 * What a subscription consists of, and how it gets from one tier to another. A bill is what a billing process works on:
 * `renewalBill` begins the next period, `changeBill` pays for a dearer tier. What carries another bill's id came too late.
 */
export abstract class SubscriptionState extends Aggregate {
  /** The user's. */
  readonly id!: string
  tier!: string
  status!: SubscriptionStatus
  isComplimentary!: boolean
  /** What periods are counted from. */
  anchor!: Date
  /** The period that was paid, or is being paid for. */
  paidFrom: Date | undefined
  paidUntil: Date | undefined
  /** What follows at its end, where that is something else. */
  nextTier!: string
  renewalBill: string | undefined
  /** Whether the renewal's invoice is out. */
  isOverdue!: boolean
  changeBill: string | undefined
  changeTier!: string
  /** In cents. */
  credit!: number
  paymentMethod: PaymentMethod | undefined
  paymentProblem!: string
  readonly createdAt!: Date

  get paid(): Period | undefined {
    return this.paidFrom && this.paidUntil && { start: this.paidFrom, end: this.paidUntil }
  }

  /** Throws SUBSCRIPTION_EXPIRED for an account that is gone. */
  mustLive(): void {
    if (this.status !== 'EXPIRED') return
    throw precondition('SUBSCRIPTION_EXPIRED', 'the account is gone, and its subscription with it')
  }

  grant(amount: Money): void {
    this.mustLive()
    this.credit = Number(cents(this.credit).plus(amount).minorUnits)
  }

  /** What credit pays of an amount; that much of it is gone. */
  useCredit(amount: Money): Money {
    const used = cents(this.credit).atMost(amount)
    this.credit -= Number(used.minorUnits)
    return used
  }

  protected schedule(bill: string, purpose: Purpose, dueAt: Date): void {
    const what = { billId: bill, userId: this.id, purpose: InvoicePurpose[purpose] }
    this.record(BillScheduledSchema, { ...what, dueAt: timestamp(dueAt) })
  }

  private withdraw(billId: string): void {
    this.record(BillWithdrawnSchema, { billId, userId: this.id })
  }

  /** The tier ends, and FREE follows. */
  protected fallFree(reason: ExpiryReason): void {
    const { id: userId, tier } = this
    this.stopBilling()
    this.tier = free
    this.isComplimentary = false
    this.record(SubscriptionExpiredSchema, { userId, tier, reason })
  }

  /** A cheaper tier follows; FREE is billed no more. */
  protected lower(tier: string): void {
    const { id: userId, tier: fromTier } = this
    if (tier === free) this.stopBilling()
    this.isComplimentary = false
    this.tier = tier
    this.nextTier = ''
    this.record(SubscriptionDowngradedSchema, { userId, fromTier, tier })
  }

  protected withdrawChange(): void {
    if (!this.changeBill) return
    this.withdraw(this.changeBill)
    this.endChange()
  }

  protected endChange(): void {
    this.changeBill = undefined
    this.changeTier = ''
  }

  protected stopBilling(): void {
    if (this.renewalBill) this.withdraw(this.renewalBill)
    Object.assign(this, { renewalBill: undefined, paidFrom: undefined, paidUntil: undefined, nextTier: '' })
    Object.assign(this, { isOverdue: false, paymentProblem: '', status: 'ACTIVE' })
  }
}
