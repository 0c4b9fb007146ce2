import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentProvider } from '../application/provider.ts'
import { createStripe } from '../infrastructure/providers/stripe.ts'
import { euro, openPayments, refused, type TestPayments, waitMs } from './fixture.ts'
import { openStripe } from './stripe-stand-in.ts'

const webhookSecret = 'whsec_test'
let own: TestPayments
let stripe: Awaited<ReturnType<typeof openStripe>>
let adapter: PaymentProvider

beforeAll(async () => {
  stripe = await openStripe(webhookSecret, () => own.clock.now())
  adapter = createStripe({ apiKey: 'sk_test_x', webhookSecret, baseUrl: stripe.url, timeoutMs: waitMs })
  own = await openPayments('stripe', { around: () => adapter })
})

afterEach(() => {
  stripe.events.length = 0
  stripe.blindSearch(false)
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await stripe.stop()
  await own.close()
})

/** What the webhook does about a body. */
const hear = async (body: Buffer) => {
  const report = adapter.report(body, stripe.signed(body), own.clock.now())
  if (report) await own.app.noteReport(report)
}
const timesCharged = (id: string) => stripe.succeeded(id).length

describe('a PaymentIntent', () => {
  it('is made and confirmed under keys of ours, and its fee is in the ledger', async () => {
    const paid = await own.pay('pm_card')
    expect(paid).toMatchObject({ status: 'SUCCEEDED', provider: 'stripe' })
    const keys = stripe.requests.filter(({ key }) => key?.startsWith(paid.id)).map(({ key }) => key)
    expect(keys).toEqual([paid.id, `${paid.id}:confirm`])
    const fee = await own.sql(
      `select amount from entries where posting_id = $1 and account = 'fees:stripe'`,
      `charge:${paid.id}`,
    )
    expect(fee).toEqual([{ amount: 95 }])
  })

  it('that is declined says why, and can be confirmed by nobody any more', async () => {
    const declined = await own.pay('pm_declined')
    expect(declined).toMatchObject({ status: 'FAILED', failureReason: 'INSUFFICIENT_FUNDS' })
    const [intent] = [...stripe.intents.values()].filter(({ metadata }) => metadata.troupe_payment === declined.id)
    expect(intent?.status).toBe('canceled')
  })

  it('that Stripe refuses to make has failed', async () => {
    expect(await own.pay('pm_card', { amount: euro(1) })).toMatchObject({
      status: 'FAILED',
      failureReason: 'AMOUNT_TOO_SMALL',
    })
  })

  it('waits for its payer; ConfirmPayment looks how that went', async () => {
    const request = await own.request('pm_3ds')
    const { externalId, action } = await own.initiate(request)
    expect(action?.clientSecret).toMatch(/^secret_/)
    expect((await own.confirm(request.payerId, request.paymentId)).status).toBe('REQUIRES_ACTION')
    stripe.act(externalId)
    expect((await own.confirm(request.payerId, request.paymentId)).status).toBe('SUCCEEDED')
  })

  it('can be given up, also one whose making nobody heard of', async () => {
    const { id } = await own.pay('pm_3ds')
    expect((await own.cancel(id))?.status).toBe('CANCELLED')
    stripe.spoil(/POST .*payment_intents$/, 'lost')
    const lost = await own.pay('pm_card')
    expect(lost.status).toBe('UNKNOWN')
    stripe.blindSearch(true)
    expect((await own.cancel(lost.id))?.status).toBe('CANCELLED')
    await own.pass(60_000)
    expect(timesCharged(lost.id)).toBe(0)
  })
})

describe('when Stripe misbehaves', () => {
  const places = [/POST .*payment_intents$/, /POST .*confirm$/]
  const mishaps = ['500', 'lost', 'hangs', 'late 500'] as const
  it.each(places.flatMap((place) => mishaps.map((how) => ({ place, how }))))(
    'on $place: $how, it is UNKNOWN, then found, and charged once',
    async ({ place, how }) => {
      stripe.spoil(place, how)
      const { id, status } = await own.pay('pm_card')
      expect(status).toBe('UNKNOWN')
      // What was just made is not found by search for a while.
      stripe.blindSearch(how !== 'hangs')
      await own.pass(60_000)
      expect((await own.get(id)).status).toBe('SUCCEEDED')
      expect(timesCharged(id)).toBe(1)
    },
  )

  it.each(mishaps)('on a refund: %s, it is asked about, and paid back once', async (how) => {
    const { id } = await own.pay('pm_card')
    stripe.spoil(/POST .*refunds$/, how)
    expect((await own.refund(id)).refunds).toMatchObject([{ status: 'PENDING' }])
    await own.pass(60_000)
    expect((await own.get(id)).status).toBe('REFUNDED')
  })

  it('a refund that fails leaves the money here', async () => {
    const { id } = await own.pay('pm_no_refund')
    expect((await own.refund(id)).refunds).toMatchObject([
      { status: 'FAILED', failureReason: 'EXPIRED_OR_CANCELED_CARD' },
    ])
  })
})

describe('webhooks', () => {
  it('before the answer, doubled and in reverse change what they tell once', async () => {
    stripe.spoil(/POST .*confirm$/, 'lost')
    const { id } = await own.pay('pm_card')
    await own.refund((await own.pay('pm_card')).id)
    const all = [...stripe.events].reverse()
    for (const body of [...all, ...all]) await hear(body)
    expect(await own.events(id)).toEqual(['PaymentInitiated', 'PaymentBecameUnknown', 'PaymentSucceeded'])
  })

  it('are refused unless signed, and taken again where Stripe then does not say', async () => {
    stripe.spoil(/POST .*confirm$/, 'lost')
    const { id } = await own.pay('pm_card')
    const [body] = stripe.events as [Buffer]
    expect(() => adapter.report(body, { 'stripe-signature': 't=1,v1=00' }, own.clock.now())).toThrow()
    stripe.spoil(/GET .*payment_intents/, '500')
    await expect(hear(body)).rejects.toEqual(refused('PROVIDER_UNAVAILABLE'))
    await hear(body)
    expect((await own.get(id)).status).toBe('SUCCEEDED')
  })
})

it('a token that is no payment method is UNKNOWN_CARD', async () => {
  await expect(own.newPayer('tok_x')).rejects.toEqual(refused('UNKNOWN_CARD'))
})

it('payouts are transfers, and all agrees with the ledger', async () => {
  const { payerId: user } = await own.newPayer('pm_card')
  await own.call(() => own.app.creditBalance(crypto.randomUUID(), user, euro(900)))
  stripe.spoil(/POST .*transfers$/, 'lost')
  await own.call(() => own.app.requestPayout(user, euro(900), 'acct_1'))
  await own.follow()
  await own.pass(60_000)
  const { items } = await own.call(() => own.app.listPayouts(user, { pageSize: 0, pageToken: '' }))
  expect(items).toMatchObject([{ status: 'PAID' }])
  const now = own.clock.now().getTime()
  const report = await own.app.getReconciliation(new Date(now - 30 * 86_400_000), new Date(now + 1000))
  expect(report.discrepancies).toEqual([])
  expect(report.totals).toHaveLength(1)
})
