import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { periodAt } from '../domain/billing-period.ts'
import { quoteChange } from '../domain/change.ts'
import { Subscription } from '../domain/subscription.ts'
import { cents, type Tier } from '../domain/tier.ts'
import { tierAt } from '../domain/usage.ts'
import { refused } from './fixture.ts'

const tier = (id: string, price: number): Tier => ({ id, name: id, price: cents(price), features: [], limits: {} })
const tiers = { FREE: tier('FREE', 0), SILVER: tier('SILVER', 999), GOLD: tier('GOLD', 1999) }
type TierId = keyof typeof tiers

const now = new Date('2027-01-31T08:00:00Z')
const later = (days: number) => new Date(now.getTime() + days * 86_400_000)
const card = { methodId: 'a-card', brand: 'visa', last4: '4242' }

const eventsOf = (subscription: Subscription) =>
  recordedEvents(subscription).map(({ schema }) => schema.typeName.split('.').at(-1))
const change = (subscription: Subscription, to: TierId, bill: string, at: Date) => {
  const quote = quoteChange(subscription, tiers[subscription.tier as TierId], tiers[to], at)
  subscription.requestChange(tiers[to], quote, bill, at)
}
const settle = (subscription: Subscription, billId: string, nextBill: string, at = now) => {
  const purpose = subscription.changeBill === billId ? 'UPGRADE' : 'RENEWAL'
  const startsPeriod = purpose === 'UPGRADE' && !subscription.paid
  const period = startsPeriod || !subscription.paid ? periodAt(at, at) : subscription.paid
  const next = purpose === 'RENEWAL' ? periodAt(subscription.anchor, period.end) : period
  const invoice = { id: `invoice-${billId}`, billId, purpose, period: next, startsPeriod } as const
  return subscription.settle(invoice, nextBill, Object.values(tiers))
}

const opened = () => {
  const subscription = Subscription.open('ann', now)
  subscription.setPaymentMethod(card)
  return subscription
}

const silver = () => {
  const subscription = opened()
  change(subscription, 'SILVER', 'first', now)
  settle(subscription, 'first', 'renewal')
  return subscription
}

const overdue = () => {
  const subscription = silver()
  subscription.beginRenewal('renewal')
  return subscription
}

describe('a subscription', () => {
  it('begins as FREE, and pays before it is more', () => {
    const subscription = Subscription.open('ann', now)
    expect(() => change(subscription, 'SILVER', 'b', now)).toThrowError(refused('PAYMENT_METHOD_REQUIRED'))
    subscription.setPaymentMethod(card)
    change(subscription, 'SILVER', 'b', now)
    expect(subscription).toMatchObject({ tier: 'FREE', changeTier: 'SILVER' })
    expect(() => change(subscription, 'GOLD', 'c', now)).toThrowError(refused('CHANGE_PENDING'))
    expect(settle(subscription, 'b', 'renewal')).toBe(true)
    expect(subscription).toMatchObject({ tier: 'SILVER', changeTier: '', renewalBill: 'renewal', paidFrom: now })
    expect(subscription.paidUntil).toEqual(new Date('2027-02-28T08:00:00Z'))
    expect(eventsOf(subscription)).toEqual([
      ...['SubscriptionCreated', 'PaymentMethodChanged', 'BillScheduled', 'SubscriptionUpgraded', 'BillScheduled'],
    ])
  })

  it('is renewed period by period, from the anchor', () => {
    const subscription = silver()
    const period = subscription.beginRenewal('renewal')
    expect(period).toEqual({ start: new Date('2027-02-28T08:00:00Z'), end: new Date('2027-03-31T08:00:00Z') })
    expect(subscription.isOverdue).toBe(true)
    expect(settle(subscription, 'renewal', 'next')).toBe(true)
    expect(subscription).toMatchObject({ isOverdue: false, paid: period, renewalBill: 'next' })
    expect(eventsOf(subscription).slice(-2)).toEqual(['SubscriptionRenewed', 'BillScheduled'])
  })

  it('takes a cheaper tier at the end of the period, unless the present one is asked for again', () => {
    const subscription = silver()
    change(subscription, 'GOLD', 'up', later(1))
    settle(subscription, 'up', 'unused')
    expect(subscription).toMatchObject({ tier: 'GOLD', renewalBill: 'renewal' })
    change(subscription, 'SILVER', 'x', later(2))
    expect(subscription).toMatchObject({ tier: 'GOLD', nextTier: 'SILVER' })
    change(subscription, 'GOLD', 'x', later(3))
    expect(subscription.nextTier).toBe('')
    expect(() => change(subscription, 'GOLD', 'x', later(3))).toThrowError(refused('SAME_TIER'))
    change(subscription, 'SILVER', 'x', later(4))
    expect(tierAt(subscription, later(27))).toBe('GOLD')
    expect(tierAt(subscription, later(28))).toBe('SILVER')
    expect(subscription.beginRenewal('renewal')).toBeDefined()
    expect(subscription).toMatchObject({ tier: 'SILVER', nextTier: '' })
  })

  it('ends as FREE with the period when it was cancelled, unless it is resumed before', () => {
    const subscription = silver()
    subscription.cancel(false, later(1))
    expect(subscription.status).toBe('CANCELLED')
    expect(() => subscription.cancel(false, later(1))).toThrowError(refused('ALREADY_CANCELLED'))
    expect(() => change(subscription, 'GOLD', 'x', later(1))).toThrowError(refused('SUBSCRIPTION_CANCELLED'))
    subscription.resume(later(2))
    expect(() => subscription.resume(later(2))).toThrowError(refused('NOT_CANCELLED'))
    subscription.cancel(false, later(3))
    expect(tierAt(subscription, later(28))).toBe('FREE')
    expect(subscription.beginRenewal('renewal')).toBeUndefined()
    expect(subscription).toMatchObject({ tier: 'FREE', status: 'ACTIVE', renewalBill: undefined, paid: undefined })
    expect(() => subscription.cancel(true, later(28))).toThrowError(refused('NOTHING_TO_CANCEL'))
    expect(eventsOf(subscription)).toContain('SubscriptionExpired')
  })

  it('that is resumed comes to the cheaper tier that it was to come to before it was cancelled', () => {
    for (const to of ['SILVER', 'FREE'] as const) {
      const subscription = silver()
      change(subscription, 'GOLD', 'up', later(1))
      settle(subscription, 'up', 'unused')
      change(subscription, to, 'x', later(2))
      subscription.cancel(false, later(3))
      expect(tierAt(subscription, later(28))).toBe('FREE')
      subscription.resume(later(4))
      expect(subscription).toMatchObject({ status: 'ACTIVE', tier: 'GOLD', nextTier: to })
      subscription.cancel(false, later(5))
      subscription.beginRenewal('renewal')
      expect(subscription).toMatchObject({ tier: 'FREE', nextTier: '' })
    }
  })

  it('ends at once when that is asked for, or when it is not paid; a payment that comes late finds nothing', () => {
    for (const [make, isNow] of [
      [silver, true],
      [overdue, false],
    ] as const) {
      const subscription = make()
      subscription.cancel(isNow, later(28))
      expect(subscription).toMatchObject({ tier: 'FREE', status: 'ACTIVE', isOverdue: false })
      expect(eventsOf(subscription)).toContain('BillWithdrawn')
      expect(settle(subscription, 'renewal', 'next')).toBe(false)
      expect(subscription.tier).toBe('FREE')
    }
  })

  it('takes back a change that is being paid for when it is cancelled', () => {
    const subscription = opened()
    change(subscription, 'SILVER', 'b', now)
    subscription.cancel(false, now)
    expect(subscription).toMatchObject({ tier: 'FREE', changeBill: undefined })
    expect(settle(subscription, 'b', 'next')).toBe(false)
  })

  it('is not changed while an invoice is overdue, is suspended, and ends as FREE or is paid after all', () => {
    const subscription = overdue()
    expect(() => change(subscription, 'GOLD', 'x', later(30))).toThrowError(refused('PAYMENT_OVERDUE'))
    subscription.suspend({ id: 'i', billId: 'another', amountDue: cents(999) })
    expect(subscription.status).toBe('ACTIVE')
    subscription.suspend({ id: 'i', billId: 'renewal', amountDue: cents(999) })
    expect(subscription.status).toBe('SUSPENDED')
    const paid = overdue()
    paid.suspend({ id: 'i', billId: 'renewal', amountDue: cents(999) })
    settle(paid, 'renewal', 'next')
    expect(paid.status).toBe('ACTIVE')
    subscription.expire({ id: 'i', billId: 'another' })
    expect(subscription.status).toBe('SUSPENDED')
    subscription.expire({ id: 'i', billId: 'renewal' })
    expect(subscription).toMatchObject({ tier: 'FREE', status: 'ACTIVE' })
  })

  it('waits with a renewal until a change is paid or not', () => {
    const subscription = silver()
    change(subscription, 'GOLD', 'up', later(27))
    expect(() => subscription.beginRenewal('renewal')).toThrowError(refused('CHANGE_PENDING'))
    subscription.abandon({ id: 'i', billId: 'up' })
    expect(subscription.beginRenewal('renewal')).toBeDefined()
    expect(subscription.tier).toBe('SILVER')
  })

  it('tells the bill that waits of another payment method, and no other', () => {
    const billOf = (subscription: Subscription) => {
      subscription.setPaymentMethod(card)
      return recordedEvents(subscription).at(-1)?.message
    }
    expect(billOf(silver())).toMatchObject({ billId: '' })
    expect(billOf(overdue())).toMatchObject({ billId: 'renewal' })
  })

  it('is given for nothing, which ends what was billed', () => {
    const subscription = overdue()
    subscription.give(tiers.GOLD, tiers.SILVER)
    expect(subscription).toMatchObject({
      tier: 'GOLD',
      isComplimentary: true,
      isOverdue: false,
      renewalBill: undefined,
    })
    expect(eventsOf(subscription).slice(-2)).toEqual(['BillWithdrawn', 'SubscriptionUpgraded'])
    const told = eventsOf(subscription).length
    subscription.give(tiers.GOLD, tiers.GOLD)
    expect(eventsOf(subscription)).toHaveLength(told)
    change(subscription, 'SILVER', 'pay', later(1))
    expect(subscription.changeTier).toBe('SILVER')
    settle(subscription, 'pay', 'renewal', later(1))
    expect(subscription).toMatchObject({ tier: 'SILVER', isComplimentary: false, anchor: later(1) })
    expect(eventsOf(subscription).slice(-2)).toEqual(['SubscriptionDowngraded', 'BillScheduled'])
    subscription.give(tiers.FREE, tiers.SILVER)
    expect(subscription).toMatchObject({ tier: 'FREE', isComplimentary: false, renewalBill: undefined })
  })

  it('says of the same tier on other terms neither that it is a higher nor a lower one', () => {
    const subscription = silver()
    const last = () => recordedEvents(subscription).findLast(({ schema }) => !schema.typeName.includes('.Bill'))
    subscription.give(tiers.SILVER, tiers.SILVER)
    expect(last()?.schema.typeName).toMatch('SubscriptionTermsChanged')
    expect(last()?.message).toMatchObject({ userId: 'ann', tier: 'SILVER', isComplimentary: true })
    change(subscription, 'SILVER', 'pay', later(1))
    settle(subscription, 'pay', 'again', later(1))
    expect(last()?.schema.typeName).toMatch('SubscriptionTermsChanged')
    expect(last()?.message).toMatchObject({ tier: 'SILVER', isComplimentary: false })
  })

  it('that was given may be laid down at once', () => {
    const given = opened()
    given.give(tiers.GOLD, tiers.FREE)
    change(given, 'FREE', 'x', now)
    expect(given).toMatchObject({ tier: 'FREE', isComplimentary: false })
  })

  it('pays with credit as far as that goes', () => {
    const subscription = opened()
    subscription.grant(cents(600))
    expect(subscription.useCredit(cents(400))).toEqual(cents(400))
    expect(subscription.useCredit(cents(400))).toEqual(cents(200))
    expect(subscription.useCredit(cents(400))).toEqual(cents(0))
  })

  it('is over when the account is gone, with whatever was under way', () => {
    const subscription = silver()
    change(subscription, 'GOLD', 'up', later(1))
    subscription.leave()
    subscription.leave()
    expect(subscription).toMatchObject({ status: 'EXPIRED', paymentMethod: undefined, renewalBill: undefined })
    expect(eventsOf(subscription).slice(-3)).toEqual(['BillWithdrawn', 'BillWithdrawn', 'SubscriptionExpired'])
    const actions = [
      () => subscription.cancel(true, now),
      () => subscription.resume(now),
      () => subscription.setPaymentMethod(card),
      () => subscription.give(tiers.GOLD, tiers.FREE),
      () => subscription.grant(cents(1)),
      () => change(subscription, 'GOLD', 'x', now),
    ]
    for (const action of actions) expect(action).toThrowError(refused('SUBSCRIPTION_EXPIRED'))
  })
})
