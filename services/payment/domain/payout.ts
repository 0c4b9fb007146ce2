import {
  PayoutFailedSchema,
  PayoutPaidSchema,
  PayoutRequestedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { precondition } from '#shared/domain/errors.ts'
import { Money } from '#shared/domain/money.ts'
import { type Posting, payoutFailedPosting, payoutPaidPosting, payoutRequestedPosting } from './ledger.ts'
import type { TransferOutcome } from './outcome.ts'

export const balanceTooLow = () => precondition('BALANCE_TOO_LOW', 'there is not so much to pay out')

/** Money on its way from somebody's balance to their bank. */
export class Payout extends Aggregate {
  readonly id!: string
  readonly userId!: string
  readonly minorUnits!: number
  readonly currency!: string
  readonly provider!: string
  /** Where to, as the provider names it; kept until the outcome is known. */
  destination!: string
  status!: 'PENDING' | 'PAID' | 'FAILED'
  failureReason!: string
  externalId!: string
  readonly requestedAt!: Date
  settledAt: Date | undefined
  /** When the provider is asked; undefined once it said. */
  nextCheckAt: Date | undefined
  checks!: number

  static request(
    what: { id: string; userId: string; amount: Money; provider: string; destination: string },
    now: Date,
  ): { payout: Payout; posting: Posting } {
    const { amount, ...rest } = what
    const payout = Object.assign(new Payout(), {
      ...rest,
      minorUnits: Number(amount.minorUnits),
      currency: amount.currency,
      status: 'PENDING' as const,
      failureReason: '',
      externalId: '',
      requestedAt: now,
      settledAt: undefined,
      nextCheckAt: now,
      checks: 0,
    })
    payout.record(PayoutRequestedSchema, payout.told)
    return { payout, posting: payoutRequestedPosting(what.id, what.userId, amount) }
  }

  get amount(): Money {
    return Money.of(BigInt(this.minorUnits), this.currency)
  }

  /** Takes over what the provider says, once; answers what moves in the ledger. */
  observe(outcome: TransferOutcome, now: Date): Posting[] {
    if (this.status !== 'PENDING' || !('reason' in outcome || 'externalId' in outcome)) return []
    this.settledAt = now
    this.nextCheckAt = undefined
    this.destination = ''
    if ('externalId' in outcome) {
      this.status = 'PAID'
      this.externalId = outcome.externalId
      this.record(PayoutPaidSchema, { ...this.told, externalId: outcome.externalId })
      return [payoutPaidPosting(this.id, this.provider, this.amount)]
    }
    this.status = 'FAILED'
    this.failureReason = outcome.reason
    this.record(PayoutFailedSchema, { ...this.told, reason: outcome.reason })
    return [payoutFailedPosting(this.id, this.userId, this.amount)]
  }

  private get told() {
    return {
      payoutId: this.id,
      userId: this.userId,
      amount: { minorUnits: BigInt(this.minorUnits), currency: this.currency },
    }
  }
}
