import { createClient } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { type Invoice, InvoicePurpose, InvoiceStatus } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { SubscriptionStatus } from '#gen/troupe/subscription/v1/subscription_pb.ts'
import { CancelTime, SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'
import { type OwnMesh, startTestMesh } from '../../../tests/start-test-mesh.ts'

const { ACTIVE, CANCELLED, SUSPENDED } = SubscriptionStatus
const dayMs = 86_400_000

let own: OwnMesh
let mesh: ReturnType<typeof testMesh>
let user: TestUser
let began: number

beforeAll(async () => {
  own = await startTestMesh('year', false)
  mesh = testMesh(own.facts)
}, 60_000)

afterAll(() => own.stop())

/** Tokens are older than ten minutes after each journey. */
const signedIn = async () => {
  const { email, password } = user
  const { tokens } = await createClient(IdentityService, mesh.transport()).login({ email, password })
  return mesh.transport(tokens?.accessToken)
}
const subscriptions = async () => createClient(SubscriptionService, await signedIn())

let now = new Date(0)
const travelTo = async (time: string): Promise<void> => {
  now = await mesh.moveClock(1)
  now = await mesh.moveClock(new Date(time).getTime() - now.getTime())
}

const present = async () => (await (await subscriptions()).getSubscription({})).subscription
const invoices = async () => (await (await subscriptions()).listInvoices({ pageSize: 100 })).invoices.toReversed()
const pay = async (token: string) => (await subscriptions()).setPaymentMethod({ token })
const change = async (tier: string) => {
  await (await subscriptions()).changeTier({ tier })
  // Where it is paid for at once; else it follows with the period.
  await eventually(async () => (await present())?.requestedTier === '')
}
const day = (time: { seconds: bigint; nanos: number } | undefined) =>
  dateOf(time as never)
    ?.toISOString()
    .slice(0, 10)
const expectPeriod = async (start: string, end: string) => {
  const { periodStart, periodEnd } = (await present()) ?? {}
  expect([day(periodStart), day(periodEnd)]).toEqual([start, end])
}
const nameIn = (values: Readonly<Record<string, number>>, value: number) =>
  Object.entries(values).find(([, each]) => each === value)?.[0]
const summaryOf = ({ purpose, status, total, attempts }: Invoice) =>
  `${nameIn(InvoicePurpose, purpose)} ${total?.minorUnits} ${nameIn(InvoiceStatus, status)} after ${attempts}`
const last = async (): Promise<string> => {
  const invoice = (await invoices()).at(-1)
  return invoice ? summaryOf(invoice) : 'none'
}

describe('a year of a SILVER subscriber', () => {
  it('begins on the last of January', async () => {
    began = performance.now()
    user = await mesh.newUser('Year Author')
    await travelTo('2027-01-31T08:00:00Z')
    expect(await present()).toMatchObject({ tier: 'FREE', status: ACTIVE })
    expect(await outcomeOf((await subscriptions()).changeTier({ tier: 'SILVER' }))).toBe(
      'FailedPrecondition PAYMENT_METHOD_REQUIRED',
    )
    await pay('tok_success')
    await change('SILVER')
    expect(await present()).toMatchObject({ tier: 'SILVER', status: ACTIVE, paymentMethod: { last4: '4242' } })
    await expectPeriod('2027-01-31', '2027-02-28')
    expect(await last()).toBe('UPGRADE 999 PAID after 1')
  }, 60_000)

  it('is renewed on the last day of February, and returns to the 31st', async () => {
    await travelTo('2027-02-28T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 PAID after 1')
    await expectPeriod('2027-02-28', '2027-03-31')
    await travelTo('2027-03-31T09:00:00Z')
    await expectPeriod('2027-03-31', '2027-04-30')
    expect(await invoices()).toHaveLength(3)
  }, 60_000)

  it('fails on the last of April, is tried again on days 1, 3 and 7, and is suspended then', async () => {
    await pay('tok_declined')
    await travelTo('2027-04-30T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 OPEN after 1')
    expect(await present()).toMatchObject({ status: ACTIVE, paymentProblem: 'CARD_DECLINED' })
    expect(await outcomeOf((await subscriptions()).changeTier({ tier: 'GOLD' }))).toBe(
      'FailedPrecondition PAYMENT_OVERDUE',
    )
    for (const [time, attempts] of [
      ['2027-05-01T09:00:00Z', 2],
      ['2027-05-03T09:00:00Z', 3],
      ['2027-05-07T07:00:00Z', 3],
    ] as const) {
      await travelTo(time)
      expect(await last()).toBe(`RENEWAL 999 OPEN after ${attempts}`)
      expect(await present()).toMatchObject({ status: ACTIVE })
    }
    await travelTo('2027-05-07T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 OPEN after 4')
    expect(await present()).toMatchObject({ tier: 'SILVER', status: SUSPENDED })
    const stories = createClient(StoryService, await signedIn())
    expect(await outcomeOf(stories.createStory({ title: 'Unpaid' }))).toBe('FailedPrecondition SUBSCRIPTION_SUSPENDED')
  }, 60_000)

  it('recovers as soon as there is a card that works', async () => {
    await travelTo('2027-05-10T12:00:00Z')
    await pay('tok_success')
    await eventually(async () => (await present())?.status === ACTIVE)
    expect(await last()).toBe('RENEWAL 999 PAID after 5')
    expect(await present()).toMatchObject({ tier: 'SILVER', paymentProblem: '' })
    await expectPeriod('2027-04-30', '2027-05-31')
    await travelTo('2027-05-31T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 PAID after 1')
  }, 60_000)

  it('is upgraded in June for what is left of the month, to the cent', async () => {
    await travelTo('2027-06-15T20:00:00Z')
    const preview = await (await subscriptions()).previewChange({ tier: 'GOLD' })
    await change('GOLD')
    expect(await present()).toMatchObject({ tier: 'GOLD' })
    const invoice = (await invoices()).at(-1)
    const [unused, rest] = invoice?.lines ?? []
    const from = dateOf(rest?.periodStart)?.getTime() ?? 0
    const until = dateOf(rest?.periodEnd)?.getTime() ?? 0
    const start = dateOf((await present())?.periodStart)?.getTime() ?? 0
    const share = (cents: number) => BigInt(Math.round((cents * (until - from)) / (until - start)))
    expect([unused?.amount?.minorUnits, rest?.amount?.minorUnits]).toEqual([-share(999), share(1999)])
    expect(invoice?.total?.minorUnits).toBe(share(1999) - share(999))
    // Half of June is left, to the hour.
    expect(invoice?.total?.minorUnits).toBeGreaterThanOrEqual(480n)
    expect(invoice?.total?.minorUnits).toBeLessThanOrEqual(500n)
    expect(Math.abs(Number((preview.amountDue?.minorUnits ?? 0n) - (invoice?.total?.minorUnits ?? 0n)))).toBeLessThan(2)
    await travelTo('2027-06-30T09:00:00Z')
    expect(await last()).toBe('RENEWAL 1999 PAID after 1')
  }, 60_000)

  it('is downgraded at the end of July', async () => {
    await change('SILVER')
    expect(await present()).toMatchObject({ tier: 'GOLD', nextTier: 'SILVER' })
    await travelTo('2027-07-31T07:00:00Z')
    expect(await present()).toMatchObject({ tier: 'GOLD' })
    await travelTo('2027-07-31T09:00:00Z')
    expect(await present()).toMatchObject({ tier: 'SILVER', nextTier: '' })
    expect(await last()).toBe('RENEWAL 999 PAID after 1')
    await expectPeriod('2027-07-31', '2027-08-31')
  }, 60_000)

  it('is paid a day late in August, and in September although the answer was lost', async () => {
    await pay('tok_declined_once')
    await travelTo('2027-08-31T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 OPEN after 1')
    await travelTo('2027-09-01T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 PAID after 2')
    await pay('tok_answer_lost')
    await travelTo('2027-09-30T09:00:00Z')
    expect(await last()).toBe('RENEWAL 999 PAID after 1')
    await expectPeriod('2027-09-30', '2027-10-31')
  }, 60_000)

  it('ends as FREE in November when it is not paid at all', async () => {
    await pay('tok_declined')
    await travelTo('2027-11-14T07:00:00Z')
    expect(await present()).toMatchObject({ tier: 'SILVER', status: SUSPENDED })
    await travelTo('2027-11-14T09:00:00Z')
    expect(await present()).toMatchObject({ tier: 'FREE', status: ACTIVE, paymentProblem: '' })
    expect(await last()).toBe('RENEWAL 999 VOID after 4')
    const stories = createClient(StoryService, await signedIn())
    expect(await outcomeOf(stories.createStory({ title: 'For nothing' }))).toBe('in')
  }, 60_000)

  it('begins anew, pays with credit what that covers, and ends with the period when it is cancelled', async () => {
    await travelTo('2027-11-20T10:00:00Z')
    await pay('tok_slow')
    const operator = createClient(SubscriptionService, await mesh.operator())
    await operator.grantCredit({ userId: user.id, minorUnits: 1200n, currency: 'USD' })
    await change('SILVER')
    await expectPeriod('2027-11-20', '2027-12-20')
    expect((await invoices()).at(-1)).toMatchObject({
      status: InvoiceStatus.PAID,
      creditApplied: { minorUnits: 999n },
      amountDue: { minorUnits: 0n },
      attempts: 0,
    })
    await travelTo('2027-12-20T11:00:00Z')
    expect((await invoices()).at(-1)).toMatchObject({
      status: InvoiceStatus.PAID,
      creditApplied: { minorUnits: 201n },
      amountDue: { minorUnits: 798n },
      attempts: 1,
    })
    await (await subscriptions()).cancelSubscription({ at: CancelTime.PERIOD_END })
    expect(await present()).toMatchObject({ tier: 'SILVER', status: CANCELLED, nextTier: 'FREE' })
    await travelTo('2028-01-20T09:00:00Z')
    expect(await present()).toMatchObject({ tier: 'SILVER', status: CANCELLED })
    await travelTo('2028-01-20T11:00:00Z')
    expect(await present()).toMatchObject({ tier: 'FREE', status: ACTIVE, nextTier: '' })
  }, 60_000)

  it('leaves invoices that add up, numbered without a gap, in seconds', async () => {
    const all = await invoices()
    const seconds = (performance.now() - began) / 1000
    console.log(`a year of ${all.length} invoices took ${seconds.toFixed(1)} s`)
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => `2027-${String(index + 1).padStart(6, '0')}`))
    const upgrade = all.find(({ lines }) => lines.length === 2)?.total?.minorUnits ?? 0n
    expect(all.map(({ total }) => total?.minorUnits)).toEqual(
      [999, 999, 999, 999, 999, upgrade, 1999, 999, 999, 999, 999, 999, 999].map(BigInt),
    )
    const paid = all.filter(({ status }) => status === InvoiceStatus.PAID)
    const sum = paid.reduce((total, { amountDue }) => total + (amountDue?.minorUnits ?? 0n), 0n)
    expect(sum).toBe(9n * 999n + 1999n + upgrade - 201n)
    const operator = createClient(MeshService, await mesh.operator())
    const { results } = await operator.checkInvariants({})
    expect(results.flatMap(({ violations }) => violations)).toEqual([])
    const { events } = await operator.listRecentEvents({
      contexts: ['subscription'],
      aggregateId: user.id,
      pageSize: 100,
    })
    const names = new Set(events.map(({ type }) => type.split('.').at(-1)))
    for (const name of ['Created', 'Upgraded', 'Downgraded', 'Renewed', 'Cancelled', 'Suspended', 'Expired']) {
      expect(names).toContain(`Subscription${name}`)
    }
    expect(seconds).toBeLessThan(120)
  }, 60_000)

  it('takes the same time again for a second subscriber who begins on another day', async () => {
    const start = now.getTime()
    user = await mesh.newUser('Next Author')
    await pay('tok_success')
    await change('SILVER')
    now = await mesh.moveClock(366 * dayMs)
    expect(now.getTime() - start).toBeGreaterThanOrEqual(365 * dayMs)
    expect((await invoices()).map(summaryOf)).toEqual([
      'UPGRADE 999 PAID after 1',
      ...Array.from({ length: 12 }, () => 'RENEWAL 999 PAID after 1'),
    ])
  }, 120_000)
})
