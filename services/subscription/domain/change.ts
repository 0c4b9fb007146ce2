import type { Money } from '#shared/domain/money.ts'
import { type Period, periodAt } from './billing-period.ts'
import type { InvoiceLine } from './invoice.ts'
import { cents, type Tier } from './tier.ts'

/** What the cost of a change depends on. */
export interface Standing {
  tier: string
  /** What was paid for, where something was. */
  paid: Period | undefined
}

/** What a change of tier comes to. */
export type ChangeQuote =
  | {
      kind: 'upgrade'
      lines: readonly InvoiceLine[]
      /** The period that the tier is paid for. */
      period: Period
      /** Whether that one begins now, because nothing was paid before. */
      startsPeriod: boolean
    }
  | { kind: 'downgrade'; at: Date }
  | { kind: 'stay' }

const milliseconds = ({ start, end }: Period): bigint => BigInt(end.getTime() - start.getTime())

/** The part of a period's price that falls on what is left of it at a time, to the cent. */
export const restOf = (price: Money, period: Period, now: Date): Money =>
  price.share(milliseconds({ start: now, end: period.end }), milliseconds(period))

/**
 * What a change to a tier means now. A dearer one is paid for what is left of the period, less what was paid for that;
 * where nothing was paid, for a whole period from now on. A cheaper one follows at the end of what was paid.
 */
export const quoteChange = ({ tier, paid }: Standing, present: Tier, target: Tier, now: Date): ChangeQuote => {
  const paidPrice = paid ? present.price : cents(0)
  if (target.price.minorUnits > paidPrice.minorUnits) {
    if (!paid) {
      const period = periodAt(now, now)
      return { kind: 'upgrade', lines: [{ tier: target.id, period, amount: target.price }], period, startsPeriod: true }
    }
    // Of a period that is over nothing is left to pay for.
    const from = now < paid.end ? now : paid.end
    const rest = { start: from, end: paid.end }
    const unused = restOf(present.price, paid, from).times(-1n)
    return {
      kind: 'upgrade',
      lines: [
        { tier, period: rest, amount: unused },
        { tier: target.id, period: rest, amount: restOf(target.price, paid, from) },
      ],
      period: paid,
      startsPeriod: false,
    }
  }
  if (target.id === tier) return { kind: 'stay' }
  return { kind: 'downgrade', at: paid?.end ?? now }
}

/** Whether a tier is more than another. */
export const isHigher = (tier: Tier, than: Tier): boolean => tier.price.minorUnits > than.price.minorUnits
