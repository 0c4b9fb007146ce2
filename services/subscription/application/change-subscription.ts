import type { Money } from '#shared/domain/money.ts'
import { type Period, periodAt } from '../domain/billing-period.ts'
import { type ChangeQuote, quoteChange } from '../domain/change.ts'
import { type InvoiceLine, sumOf } from '../domain/invoice.ts'
import { Subscription } from '../domain/subscription.ts'
import { cents, free, type Tier, tierOf } from '../domain/tier.ts'
import { giveCredit } from './credit.ts'
import type { Ports } from './ports.ts'

/** What a change would do. */
export interface ChangePreview {
  effectiveAt: Date
  lines: readonly InvoiceLine[]
  amountDue: Money
  nextAmount: Money
  nextRenewalAt: Date | undefined
}

/** A user's subscription; as it will be for whoever has none yet. */
export const getSubscription =
  ({ subscriptions, clock }: Ports) =>
  async (userId: string): Promise<Subscription> =>
    (await subscriptions.find(userId)) ?? Subscription.open(userId, clock.now())

/** The same of an id that may be nobody's. Throws USER_NOT_FOUND. */
export const getUserSubscription =
  (ports: Ports) =>
  async (userId: string): Promise<Subscription> => {
    const known = await ports.subscriptions.find(userId)
    if (!known) await ports.subscriptions.mustBeAccount(userId)
    return known ?? Subscription.open(userId, ports.clock.now())
  }

const quoteOf = async ({ tiers, clock }: Ports, subscription: Subscription, tier: string) => {
  const all = await tiers.all()
  const target = tierOf(all, tier)
  return { target, quote: quoteChange(subscription, tierOf(all, subscription.tier), target, clock.now()) }
}

const nextRenewal = (paid: Period | undefined, quote: ChangeQuote): Date | undefined =>
  quote.kind === 'upgrade' ? quote.period.end : paid?.end

const previewOf = (subscription: Subscription, target: Tier, quote: ChangeQuote, now: Date): ChangePreview => {
  const lines = quote.kind === 'upgrade' ? quote.lines : []
  const total = sumOf(lines)
  const isBilled = target.id !== free
  return {
    effectiveAt: quote.kind === 'downgrade' ? quote.at : now,
    lines,
    amountDue: total.minus(cents(subscription.credit).atMost(total)),
    nextAmount: target.price,
    nextRenewalAt: isBilled ? nextRenewal(subscription.paid, quote) : undefined,
  }
}

/** What ChangeTier would do now. Throws what it would, but for PAYMENT_METHOD_REQUIRED. */
export const previewChange =
  (ports: Ports) =>
  async (userId: string, tier: string): Promise<ChangePreview> => {
    const subscription = await getSubscription(ports)(userId)
    const { target, quote } = await quoteOf(ports, subscription, tier)
    subscription.mustAllow(quote, ports.clock.now())
    return previewOf(subscription, target, quote, ports.clock.now())
  }

/**
 * Changes the tier: a dearer one once it is paid, a cheaper one at the end of the period. Throws TIER_NOT_FOUND,
 * SAME_TIER, CHANGE_PENDING, PAYMENT_OVERDUE, SUBSCRIPTION_CANCELLED, SUBSCRIPTION_EXPIRED, PAYMENT_METHOD_REQUIRED.
 */
export const changeTier =
  (ports: Ports) =>
  async (userId: string, tier: string): Promise<Subscription> => {
    const subscription = await ports.subscriptions.get(userId)
    const { target, quote } = await quoteOf(ports, subscription, tier)
    subscription.requestChange(target, quote, ports.ids.next(), ports.clock.now())
    return subscription
  }

/** Throws NOTHING_TO_CANCEL, ALREADY_CANCELLED, SUBSCRIPTION_EXPIRED. */
export const cancelSubscription =
  ({ subscriptions, clock }: Ports) =>
  async (userId: string, isNow: boolean): Promise<Subscription> => {
    const subscription = await subscriptions.get(userId)
    subscription.cancel(isNow, clock.now())
    return subscription
  }

/** Throws NOT_CANCELLED, SUBSCRIPTION_EXPIRED. */
export const resumeSubscription =
  ({ subscriptions, clock }: Ports) =>
  async (userId: string): Promise<Subscription> => {
    const subscription = await subscriptions.get(userId)
    subscription.resume(clock.now())
    return subscription
  }

/** Has payment keep what a token stands for, in place of what it kept before. Throws UNKNOWN_CARD, SUBSCRIPTION_EXPIRED. */
export const setPaymentMethod =
  ({ subscriptions, payments, afterCommit, kept }: Ports) =>
  async (userId: string, token: string): Promise<Subscription> => {
    const subscription = await subscriptions.get(userId)
    subscription.mustLive()
    const before = subscription.paymentMethod?.methodId
    subscription.setPaymentMethod(await payments.register(userId, token))
    if (before) afterCommit(() => payments.drop(userId, before).catch((error: unknown) => kept(userId, error)))
    return subscription
  }

/** Gives a tier for nothing. Throws TIER_NOT_FOUND, USER_NOT_FOUND, SUBSCRIPTION_EXPIRED. */
export const setTier =
  ({ tiers, subscriptions }: Ports) =>
  async (userId: string, tier: string): Promise<Subscription> => {
    const all = await tiers.all()
    const target = tierOf(all, tier)
    const subscription = await subscriptions.ofAccount(userId)
    subscription.give(target, tierOf(all, subscription.tier))
    return subscription
  }

/** Throws USER_NOT_FOUND, CURRENCY_MISMATCH, SUBSCRIPTION_EXPIRED. */
export const grantCredit =
  (ports: Ports) =>
  async (userId: string, amount: Money): Promise<Subscription> => {
    const subscription = await ports.subscriptions.ofAccount(userId)
    giveCredit(ports, subscription, amount, { reason: 'GRANTED', grantedBy: ports.actor() })
    return subscription
  }

/** The period that a subscription is in. */
export const presentPeriod = ({ anchor }: Pick<Subscription, 'anchor'>, now: Date): Period => periodAt(anchor, now)
