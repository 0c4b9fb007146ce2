import { ConnectError, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { ErrorInfoSchema, QuotaFailureSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { PaymentPurpose, PaymentStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { CreditReason } from '#gen/troupe/subscription/v1/credit_pb.ts'
import { InvoiceStatus } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { SubscriptionStatus } from '#gen/troupe/subscription/v1/subscription_pb.ts'
import { CancelTime, SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
const { STORIES } = UsageResource
let operator: ReturnType<typeof createClient<typeof SubscriptionService>>

beforeAll(async () => {
  operator = createClient(SubscriptionService, await mesh.operator())
})

const of = ({ transport }: TestUser) => createClient(SubscriptionService, transport)
const storiesOf = ({ transport }: TestUser) => createClient(StoryService, transport)
const present = async (user: TestUser) => (await of(user).getSubscription({})).subscription
const usageOf = async (user: TestUser, resource = STORIES) =>
  (await of(user).getUsage({})).usage.find((each) => each.resource === resource)
const subscribe = async (user: TestUser, tier: string) => {
  await of(user).setPaymentMethod({ token: 'tok_success' })
  await of(user).changeTier({ tier })
  await eventually(async () => {
    const subscription = await present(user)
    return subscription?.tier === tier && subscription.requestedTier === ''
  })
}

describe('tiers', () => {
  it('are shown to everybody, with prices and limits', async () => {
    const { tiers } = await createClient(SubscriptionService, mesh.transport()).listTiers({})
    const shown = tiers.map(({ id, price, limits }) => [id, price?.minorUnits, limits.map(({ limit }) => limit)])
    expect(shown).toEqual([
      ['FREE', 0n, [3n, 2n, 1n, 1n, 20n]],
      ['SILVER', 999n, [10n, 5n, 5n, 2n, 200n]],
      ['GOLD', 1999n, [30n, 10n, 20n, 5n, 600n]],
      ['PLATINUM', 3999n, [undefined, undefined, 100n, 20n, 2000n]],
    ])
  })
})

describe('a new account', () => {
  it('is FREE, writes three stories, and is told of the limit, what is used and when it resets', async () => {
    const user = await mesh.newUser()
    expect(await present(user)).toMatchObject({ tier: 'FREE', status: SubscriptionStatus.ACTIVE })
    for (let n = 1; n <= 3; n += 1) await storiesOf(user).createStory({ title: `Story ${n}` })
    const refusal = await storiesOf(user)
      .createStory({ title: 'One too many' })
      .catch((error: unknown) => ConnectError.from(error))
    if (!(refusal instanceof ConnectError)) throw new Error('it was allowed')
    const resets = new Date(Number((await usageOf(user))?.resetsAt?.seconds) * 1000).toISOString().slice(0, 19)
    expect(refusal.rawMessage).toContain(`3 of 3 stories are used; there are more from ${resets}`)
    expect(refusal.findDetails(QuotaFailureSchema)[0]?.violations).toMatchObject([
      { subject: `user:${user.id}`, quotaMetric: 'subscription.troupe/stories', quotaValue: 3n },
    ])
    const [info] = refusal.findDetails(ErrorInfoSchema)
    expect(info).toMatchObject({ reason: 'LIMIT_REACHED', metadata: { resource: 'STORIES', limit: '3', used: '3' } })
    expect(info?.metadata.resets_at).toContain(resets)
    await eventually(async () => (await usageOf(user))?.reserved === 0n)
    expect(await usageOf(user)).toMatchObject({ used: 3n, limit: 3n, overrun: 0n })
  })

  it('gets nothing back for a story that is deleted, nor loses anything for one that is refused', async () => {
    const user = await mesh.newUser()
    const { story } = await storiesOf(user).createStory({ title: 'Not for long' })
    await storiesOf(user).deleteStory({ storyId: story?.id ?? '' })
    expect(await outcomeOf(storiesOf(user).createStory({ title: 'ab' }))).toContain('InvalidArgument')
    const headers = { 'idempotency-key': crypto.randomUUID() }
    await Promise.all(Array.from({ length: 20 }, () => storiesOf(user).createStory({ title: 'Once' }, { headers })))
    await eventually(async () => (await usageOf(user))?.reserved === 0n)
    expect(await usageOf(user)).toMatchObject({ used: 2n })
  })

  it('never comes above its limit, however many ask at once', async () => {
    const user = await mesh.newUser()
    const title = 'All at once'
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => outcomeOf(storiesOf(user).createStory({ title }))),
    )
    expect(outcomes.filter((outcome) => outcome === 'in')).toHaveLength(3)
    const refusals = new Set(outcomes.filter((outcome) => outcome !== 'in'))
    expect([...refusals].every((each) => /LIMIT_REACHED|TOO_MUCH_CONTENTION/.test(each))).toBe(true)
    const { stories } = await storiesOf(user).listStories({ authorId: user.id })
    expect(stories).toHaveLength(3)
  })
})

describe('a subscriber', () => {
  it('pays for a dearer tier and goes on, with an invoice', async () => {
    const user = await mesh.newUser()
    for (let n = 1; n <= 3; n += 1) await storiesOf(user).createStory({ title: `Story ${n}` })
    expect(await outcomeOf(of(user).changeTier({ tier: 'SILVER' }))).toBe('FailedPrecondition PAYMENT_METHOD_REQUIRED')
    expect(await outcomeOf(of(user).changeTier({ tier: 'TIN' }))).toBe('NotFound TIER_NOT_FOUND')
    expect(await outcomeOf(of(user).setPaymentMethod({ token: 'tok_of_nobody' }))).toBe('InvalidArgument UNKNOWN_CARD')
    const preview = await of(user).previewChange({ tier: 'SILVER' })
    expect(preview).toMatchObject({ amountDue: { minorUnits: 999n }, nextAmount: { minorUnits: 999n } })
    await subscribe(user, 'SILVER')
    await storiesOf(user).createStory({ title: 'Story 4' })
    expect((await of(user).listInvoices({})).invoices).toMatchObject([
      { status: InvoiceStatus.PAID, total: { minorUnits: 999n, currency: 'USD' }, attempts: 1 },
    ])
    expect(await outcomeOf(of(user).changeTier({ tier: 'SILVER' }))).toBe('FailedPrecondition SAME_TIER')
    await of(user).changeTier({ tier: 'FREE' })
    expect(await present(user)).toMatchObject({ tier: 'SILVER', nextTier: 'FREE' })
  })

  it('whose card is declined stays what they were, and hears why', async () => {
    const user = await mesh.newUser()
    await of(user).setPaymentMethod({ token: 'tok_declined' })
    await of(user).changeTier({ tier: 'GOLD' })
    await eventually(async () => (await present(user))?.requestedTier === '')
    expect(await present(user)).toMatchObject({ tier: 'FREE', paymentProblem: 'CARD_DECLINED' })
    expect((await of(user).listInvoices({})).invoices).toMatchObject([{ status: InvoiceStatus.VOID, attempts: 1 }])
  })

  it('cancels, resumes, and ends at once', async () => {
    const user = await mesh.newUser()
    expect(await outcomeOf(of(user).cancelSubscription({}))).toBe('FailedPrecondition NOTHING_TO_CANCEL')
    await subscribe(user, 'SILVER')
    expect((await of(user).cancelSubscription({})).subscription?.status).toBe(SubscriptionStatus.CANCELLED)
    expect((await of(user).resumeSubscription({})).subscription?.status).toBe(SubscriptionStatus.ACTIVE)
    const { subscription } = await of(user).cancelSubscription({ at: CancelTime.NOW })
    expect(subscription).toMatchObject({ tier: 'FREE', status: SubscriptionStatus.ACTIVE })
  })

  it('pages through invoices', async () => {
    const user = await mesh.newUser()
    await subscribe(user, 'SILVER')
    await subscribe(user, 'GOLD')
    await subscribe(user, 'PLATINUM')
    const numbers: string[] = []
    for (let pageToken = ''; ; ) {
      const page = await of(user).listInvoices({ pageSize: 1, pageToken })
      numbers.push(...page.invoices.map(({ number }) => number))
      if (!page.nextPageToken) break
      pageToken = page.nextPageToken
    }
    expect(numbers).toHaveLength(3)
    expect(numbers).toEqual(numbers.toSorted().toReversed())
    expect(await outcomeOf(of(user).listInvoices({ pageToken: 'nonsense' }))).toBe('InvalidArgument INVALID_PAGE_TOKEN')
  })
})

describe('an operator', () => {
  it('gives a tier for nothing and credit, and nobody else does', async () => {
    const user = await mesh.newUser()
    const own = of(user)
    const userId = user.id
    expect(await outcomeOf(own.setTier({ userId, tier: 'GOLD' }))).toBe('PermissionDenied PERMISSION_DENIED')
    const credit = { userId, minorUnits: 2500n, currency: 'USD' }
    expect(await outcomeOf(own.grantCredit(credit))).toBe('PermissionDenied PERMISSION_DENIED')
    const { subscription } = await operator.setTier({ userId, tier: 'GOLD' })
    expect(subscription).toMatchObject({ tier: 'GOLD', isComplimentary: true })
    await operator.grantCredit(credit)
    expect(await outcomeOf(operator.grantCredit({ ...credit, currency: 'EUR' }))).toContain('CURRENCY_MISMATCH')
    const nobody = crypto.randomUUID()
    expect(await outcomeOf(operator.setTier({ userId: nobody, tier: 'GOLD' }))).toBe('NotFound USER_NOT_FOUND')
    await subscribe(user, 'GOLD')
    expect(await present(user)).toMatchObject({ isComplimentary: false, credit: { minorUnits: 501n } })
    const { credits } = await own.listCredits({})
    expect(credits).toMatchObject([
      { amount: { minorUnits: -1999n }, reason: CreditReason.APPLIED },
      { amount: { minorUnits: 2500n }, reason: CreditReason.GRANTED, invoiceId: '' },
    ])
    expect(credits[0]?.invoiceId).toBe((await own.listInvoices({})).invoices[0]?.id)
    expect(credits.map(({ grantedBy }) => grantedBy)).toEqual(['', ''])
    expect((await of(await mesh.newUser()).listCredits({})).credits).toEqual([])
  })

  it('reads what somebody has, owes and was given, by whom, and nobody else does', async () => {
    const user = await mesh.newUser()
    const userId = user.id
    const root = (await createClient(IdentityService, await mesh.operator()).getMe({})).user?.id ?? ''
    await operator.grantCredit({ userId, minorUnits: 300n, currency: 'USD' })
    await subscribe(user, 'SILVER')
    await storiesOf(user).createStory({ title: 'One of ten' })
    const { subscription } = await operator.getUserSubscription({ userId })
    expect(subscription).toEqual(await present(user))
    await eventually(async () => {
      const { usage } = await operator.getUserSubscription({ userId })
      return usage.some(({ resource, used, limit }) => resource === STORIES && used === 1n && limit === 10n)
    })
    const { invoices } = await operator.listUserInvoices({ userId })
    expect(invoices).toEqual((await of(user).listInvoices({})).invoices)
    expect(invoices).toMatchObject([{ status: InvoiceStatus.PAID, amountDue: { minorUnits: 699n } }])
    const first = await operator.listUserCredits({ userId, pageSize: 1 })
    const { credits, nextPageToken } = await operator.listUserCredits({ userId, pageToken: first.nextPageToken })
    expect([first.credits, credits, nextPageToken]).toMatchObject([
      [{ reason: CreditReason.APPLIED, amount: { minorUnits: -300n }, grantedBy: '' }],
      [{ reason: CreditReason.GRANTED, amount: { minorUnits: 300n } }],
      '',
    ])
    expect(credits[0]?.grantedBy).toContain(root)

    const other = of(await mesh.newUser())
    for (const by of [other, of(user)]) {
      for (const call of [by.getUserSubscription, by.listUserInvoices, by.listUserCredits]) {
        expect(await outcomeOf(call({ userId }))).toBe('PermissionDenied PERMISSION_DENIED')
      }
    }
    const nobody = { userId: crypto.randomUUID() }
    expect(await outcomeOf(operator.getUserSubscription(nobody))).toBe('NotFound USER_NOT_FOUND')
    expect((await operator.listUserInvoices(nobody)).invoices).toEqual([])
  })
})

describe('services', () => {
  it('alone reserve and release, and take the steps of billing', async () => {
    const user = await mesh.newUser()
    const key = crypto.randomUUID()
    const asked = { userId: user.id, resource: STORIES, key }
    const calls = [
      () => of(user).reserveUsage(asked),
      () => operator.releaseUsage({ key }),
      () => operator.settleInvoice({ invoiceId: key }),
    ]
    for (const call of calls) expect(await outcomeOf(call())).toBe('PermissionDenied INTERNAL_ONLY')
  })
})

it('tells once of a limit that is reached, and invariants hold', async () => {
  const user = await mesh.newUser()
  for (let n = 1; n <= 3; n += 1) await storiesOf(user).createStory({ title: `Story ${n}` })
  const observer = createClient(MeshService, await mesh.operator())
  const told = async () => {
    const { events } = await observer.listRecentEvents({
      contexts: ['subscription'],
      type: 'troupe.subscription.v1.UsageLimitReached',
      pageSize: 100,
    })
    return events.filter(({ data }) => JSON.stringify(data).includes(user.id))
  }
  await eventually(async () => (await told()).length === 1)
  const { results } = await observer.checkInvariants({ contexts: ['subscription'] })
  expect(results.filter(({ holds }) => !holds)).toEqual([])
  expect(await told()).toHaveLength(1)
})

describe('payment', () => {
  const paymentsOf = (user: TestUser) => createClient(PaymentService, user.transport)

  it('keeps the card that was given last, and what was paid with it', async () => {
    const user = await mesh.newUser()
    await of(user).setPaymentMethod({ token: 'tok_declined' })
    await subscribe(user, 'SILVER')
    await eventually(async () => {
      const { paymentMethods } = await paymentsOf(user).listPaymentMethods({})
      return paymentMethods.length === 1 && paymentMethods[0]?.last4 === '4242'
    })
    const [invoice] = (await of(user).listInvoices({})).invoices
    expect((await paymentsOf(user).listPayments({})).payments).toMatchObject([
      {
        purpose: { kind: PaymentPurpose.INVOICE, id: invoice?.id },
        status: PaymentStatus.SUCCEEDED,
        amount: { minorUnits: 999n, currency: 'USD' },
        description: `Invoice ${invoice?.number}`,
      },
    ])
  })

  it('waits for what the bank wants of the payer, who is told so', async () => {
    const user = await mesh.newUser()
    await of(user).setPaymentMethod({ token: 'tok_3220' })
    await of(user).changeTier({ tier: 'SILVER' })
    await eventually(async () => (await present(user))?.paymentProblem === 'ACTION_REQUIRED')
    const [waiting] = (await paymentsOf(user).listPayments({})).payments
    expect(waiting).toMatchObject({ status: PaymentStatus.REQUIRES_ACTION })
    await paymentsOf(user).confirmPayment({ paymentId: waiting?.id ?? '' })
    await eventually(async () => (await present(user))?.tier === 'SILVER', 30_000)
    expect(await present(user)).toMatchObject({ paymentProblem: '' })
  }, 60_000)

  it('pays back what came after the account was gone', async () => {
    const user = await mesh.newUser()
    await of(user).setPaymentMethod({ token: 'tok_slow' })
    await of(user).changeTier({ tier: 'SILVER' })
    await eventually(
      async () => (await paymentsOf(user).listPayments({})).payments[0]?.status === PaymentStatus.PENDING,
    )
    await createClient(IdentityService, user.transport).deleteUser({ password: user.password })
    const support = createClient(PaymentService, await mesh.operator())
    await eventually(async () => {
      const { payments } = await support.listUserPayments({ userId: user.id })
      return payments.length === 1 && payments[0]?.status === PaymentStatus.REFUNDED
    }, 30_000)
    const { invoices } = await operator.listUserInvoices({ userId: user.id })
    expect(invoices).toMatchObject([{ status: InvoiceStatus.PAID }])
  }, 60_000)
})

it('what is deleted keeps its invoices and nothing else', async () => {
  const user = await mesh.newUser()
  await subscribe(user, 'SILVER')
  await createClient(IdentityService, user.transport).deleteUser({ password: user.password })
  const identity = createClient(IdentityService, await mesh.operator())
  const erasure = await eventually(async () => {
    const { erasure: found } = await identity.getErasure({ userId: user.id })
    return found?.completedAt ? found : undefined
  })
  const report = erasure.reports.find(({ context }) => context === 'subscription')
  expect(report?.erased).toEqual(['payment method', 'credit', 'usage'])
  expect(await outcomeOf(operator.setTier({ userId: user.id, tier: 'GOLD' }))).toBe('NotFound USER_NOT_FOUND')
  const { subscription } = await operator.getUserSubscription({ userId: user.id })
  expect(subscription?.status).toBe(SubscriptionStatus.EXPIRED)
  expect(subscription?.paymentMethod).toBeUndefined()
  expect((await operator.listUserInvoices({ userId: user.id })).invoices).toHaveLength(1)
})
