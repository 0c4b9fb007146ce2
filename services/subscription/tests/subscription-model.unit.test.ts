import fc from 'fast-check'
import { expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { DomainError } from '#shared/domain/errors.ts'
import type { Money } from '#shared/domain/money.ts'
import { periodAt } from '../domain/billing-period.ts'
import { quoteChange } from '../domain/change.ts'
import { Subscription } from '../domain/subscription.ts'
import { cents, type Tier } from '../domain/tier.ts'
import { tierAt } from '../domain/usage.ts'

const tier = (id: string, price: number): Tier => ({ id, name: id, price: cents(price), features: [], limits: {} })
const tiers = [tier('FREE', 0), tier('SILVER', 999), tier('GOLD', 1999), tier('PLATINUM', 3999)]
const found = (id: string): Tier => tiers.find((each) => each.id === id) as Tier
const priceOf = (id: string): number => Number(found(id).price.minorUnits)

/** What a subscription should be. */
interface Model {
  tier: string
  /** The cheaper tier that is to follow; '' for none. */
  next: string
  isPaid: boolean
  isGiven: boolean
  isCancelled: boolean
  /** Whether the paid period is over. */
  isDue: boolean
  isOverdue: boolean
  isSuspended: boolean
  /** The tier that is being paid for; '' for none. */
  wanted: string
}

class World {
  readonly subscription = Subscription.open('ann', new Date('2027-01-31T08:00:00Z'))
  now = new Date('2027-01-31T08:00:00Z')
  private bills = 0
  told = 0

  constructor() {
    this.subscription.setPaymentMethod({ methodId: 'a-card', brand: 'visa', last4: '4242' })
  }

  bill(): string {
    this.bills += 1
    return `bill-${this.bills}`
  }
}

const unbilled = { next: '', isPaid: false, isCancelled: false, isDue: false, isOverdue: false, isSuspended: false }
const ended = { ...unbilled, tier: 'FREE', isGiven: false }
/** What somebody does: the reason why it is refused, or what it changes. */
type Rule = (model: Readonly<Model>) => string | Partial<Model>

const unchangeable = ({ isPaid, isDue, isOverdue, isCancelled, wanted }: Readonly<Model>): string | undefined => {
  if (isPaid && (isDue || isOverdue)) return 'PAYMENT_OVERDUE'
  if (isCancelled) return 'SUBSCRIPTION_CANCELLED'
  return wanted ? 'CHANGE_PENDING' : undefined
}

const changeTo =
  (to: string): Rule =>
  (model) => {
    const refusal = unchangeable(model)
    if (refusal) return refusal
    if (priceOf(to) > (model.isPaid ? priceOf(model.tier) : 0)) return { wanted: to }
    if (to === model.tier) return model.next ? { next: '' } : 'SAME_TIER'
    return model.isPaid ? { next: to } : { ...ended, tier: to }
  }

const cancel =
  (isNow: boolean): Rule =>
  ({ tier: present, isPaid, isDue, isOverdue, isCancelled, wanted }) => {
    if (present === 'FREE') return wanted ? { wanted: '' } : 'NOTHING_TO_CANCEL'
    const isRunning = isPaid && !isDue && !isOverdue
    if (isCancelled && isRunning && !isNow) return 'ALREADY_CANCELLED'
    return isRunning && !isNow ? { isCancelled: true, wanted: '' } : { ...ended, wanted: '' }
  }

const resume: Rule = ({ isCancelled, isDue }) => (isCancelled && !isDue ? { isCancelled: false } : 'NOT_CANCELLED')

const give =
  (to: string): Rule =>
  () => ({ ...unbilled, wanted: '', tier: to, isGiven: to !== 'FREE' })

const changePaid: Rule = ({ wanted, isPaid }) =>
  wanted ? { tier: wanted, wanted: '', next: '', isGiven: false, ...(!isPaid && { ...unbilled, isPaid: true }) } : {}

const changeVoid: Rule = () => ({ wanted: '' })

const renewalDue: Rule = ({ isPaid, isOverdue, isCancelled, wanted, next }) => {
  if (!isPaid || isOverdue) return {}
  if (wanted) return 'CHANGE_PENDING'
  if (isCancelled || next === 'FREE') return ended
  return { isDue: true, isOverdue: true, next: '', ...(next && { tier: next }) }
}

const renewalPaid: Rule = ({ isOverdue }) => (isOverdue ? { isDue: false, isOverdue: false, isSuspended: false } : {})
const suspended: Rule = ({ isOverdue }) => (isOverdue ? { isSuspended: true } : {})
const givenUp: Rule = ({ isOverdue }) => (isOverdue ? ended : {})

const request = (world: World, to: string): void => {
  const { subscription, now } = world
  subscription.requestChange(
    found(to),
    quoteChange(subscription, found(subscription.tier), found(to), now),
    world.bill(),
    now,
  )
}

const settleChange = (world: World): void => {
  const { subscription, now } = world
  const { changeBill: billId, paid } = subscription
  if (!billId) return
  const period = paid ?? periodAt(now, now)
  const invoice = { id: 'i', billId, purpose: 'UPGRADE', period, startsPeriod: !paid } as const
  subscription.settle(invoice, world.bill(), tiers)
}

const beginRenewal = (world: World): void => {
  const { subscription } = world
  if (!subscription.renewalBill || subscription.isOverdue) return
  world.now = subscription.paidUntil as Date
  subscription.beginRenewal(subscription.renewalBill)
}

const settleRenewal = (world: World): void => {
  const { subscription } = world
  const { renewalBill: billId, anchor, paidUntil, isOverdue } = subscription
  if (!billId || !paidUntil || !isOverdue) return
  const period = periodAt(anchor, paidUntil)
  const invoice = { id: 'i', billId, purpose: 'RENEWAL', period, startsPeriod: false } as const
  expect(subscription.settle(invoice, world.bill(), tiers)).toBe(true)
}

/** Whichever bill is open. */
const withRenewal = (
  { subscription }: World,
  act: (bill: { id: string; billId: string; amountDue: Money }) => void,
): void => {
  if (subscription.renewalBill && subscription.isOverdue)
    act({ id: 'i', billId: subscription.renewalBill, amountDue: cents(999) })
}

/** That a change is told as what it is. */
const checkEvents = (world: World, before: string): void => {
  const events = recordedEvents(world.subscription)
  for (const { schema, message } of events.slice(world.told)) {
    const { fromTier, tier: to } = message as unknown as { fromTier: string; tier: string }
    if (schema.name === 'SubscriptionUpgraded') expect(priceOf(to)).toBeGreaterThan(priceOf(fromTier))
    if (schema.name === 'SubscriptionDowngraded') expect(priceOf(to)).toBeLessThan(priceOf(fromTier))
    if (/Upgraded|Downgraded/.test(schema.name)) expect([fromTier, to]).toEqual([before, world.subscription.tier])
    if (schema.name === 'SubscriptionTermsChanged') expect(to).toBe(before)
  }
  world.told = events.length
}

/** Bills that are scheduled, and neither withdrawn nor begun anew, are exactly those that it holds. */
const checkBills = ({ subscription }: World): void => {
  const scheduled = new Set<string>()
  for (const { schema, message } of recordedEvents(subscription)) {
    const { billId } = message as unknown as { billId: string }
    if (schema.name === 'BillScheduled') scheduled.add(billId)
    if (schema.name === 'BillWithdrawn') scheduled.delete(billId)
  }
  for (const bill of [subscription.renewalBill, subscription.changeBill]) if (bill) expect(scheduled).toContain(bill)
}

const checkState = ({ subscription, now }: World, model: Model): void => {
  const { status, paid, renewalBill } = subscription
  expect({
    tier: subscription.tier,
    next: subscription.nextTier,
    isPaid: paid !== undefined,
    isGiven: subscription.isComplimentary,
    isCancelled: status === 'CANCELLED',
    isDue: paid !== undefined && paid.end <= now,
    isOverdue: subscription.isOverdue,
    isSuspended: status === 'SUSPENDED',
    wanted: subscription.changeTier,
  }).toEqual(model)
  expect(renewalBill !== undefined).toBe(model.isPaid)
  expect(subscription.changeBill !== undefined).toBe(model.wanted !== '')
  if (model.tier === 'FREE') expect(model.isPaid || model.isGiven).toBe(false)
  else expect(model.isPaid).toBe(!model.isGiven)
  if (!paid) return
  const follows = model.isCancelled ? 'FREE' : model.next || model.tier
  expect(tierAt(subscription, paid.end)).toBe(follows)
}

class Act implements fc.Command<Model, World> {
  private readonly name: string
  private readonly rule: Rule
  private readonly does: (world: World) => void

  constructor(name: string, rule: Rule, run: (world: World) => void) {
    this.name = name
    this.rule = rule
    this.does = run
  }

  check = () => true
  toString = () => this.name

  run(model: Model, world: World): void {
    const expected = this.rule(model)
    const { tier: before } = world.subscription
    let outcome: unknown
    try {
      this.does(world)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      outcome = error.reason
    }
    expect(outcome).toBe(typeof expected === 'string' ? expected : undefined)
    if (typeof expected === 'object') Object.assign(model, expected)
    // Time goes on also where nothing follows from it.
    model.isDue = world.subscription.paid !== undefined && world.subscription.paid.end <= world.now
    checkState(world, model)
    checkEvents(world, before)
    checkBills(world)
  }
}

const anyTier = fc.constantFrom(...tiers.map(({ id }) => id))
const act = (name: string, rule: Rule, run: (world: World) => void) => fc.constant(new Act(name, rule, run))
const acts = [
  anyTier.map((to) => new Act(`change to ${to}`, changeTo(to), (world) => request(world, to))),
  fc.boolean().map((isNow) => {
    const name = isNow ? 'cancel now' : 'cancel'
    return new Act(name, cancel(isNow), ({ subscription, now }) => subscription.cancel(isNow, now))
  }),
  act('resume', resume, ({ subscription, now }) => subscription.resume(now)),
  anyTier.map((to) => {
    const run = ({ subscription }: World) => subscription.give(found(to), found(subscription.tier))
    return new Act(`give ${to}`, give(to), run)
  }),
  act('change paid', changePaid, settleChange),
  act('change void', changeVoid, ({ subscription }) =>
    subscription.abandon({ id: 'i', billId: subscription.changeBill ?? '' }),
  ),
  act('renewal due', renewalDue, beginRenewal),
  act('renewal paid', renewalPaid, settleRenewal),
  act('suspended', suspended, (world) => withRenewal(world, (bill) => world.subscription.suspend(bill))),
  act('given up', givenUp, (world) => withRenewal(world, (bill) => world.subscription.expire(bill))),
]

it('is what its history makes of it, whatever is asked for in whatever order', () => {
  fc.assert(
    fc.property(fc.commands(acts, { maxCommands: 40, size: 'max' }), (commands) => {
      const model: Model = { ...ended, wanted: '' }
      fc.modelRun(() => ({ model, real: new World() }), commands)
    }),
    { numRuns: 1000 },
  )
})
