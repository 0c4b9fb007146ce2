import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { PaymentPurpose, PaymentStatus, RefundStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'

type Client = ReturnType<typeof createClient<typeof PaymentService>>

const mesh = testMesh()
const anyone = createClient(PaymentService, mesh.transport())
const amount = { minorUnits: 4200n, currency: 'EUR' }
let user: TestUser
let own: Client
let booking: Client
let support: Client

beforeAll(async () => {
  user = await mesh.newUser()
  own = createClient(PaymentService, user.transport)
  booking = createClient(PaymentService, await mesh.service('booking'))
  support = createClient(PaymentService, await mesh.operator())
})

const newRequest = async (token: string) => {
  const { paymentMethod } = await own.createPaymentMethod({ token })
  return {
    paymentId: crypto.randomUUID(),
    purpose: { kind: PaymentPurpose.RESERVATION, id: crypto.randomUUID() },
    payerId: user.id,
    amount,
    paymentMethodId: paymentMethod?.id ?? '',
    description: 'Two seats',
  }
}

const statusOf = async (paymentId: string) => (await own.getPayment({ paymentId })).payment?.status

describe('a payment', () => {
  it('is charged, seen by its payer and support, and paid back', async () => {
    const request = await newRequest('tok_4242')
    const { payment } = await booking.initiatePayment(request)
    expect(payment?.status).toBe(PaymentStatus.SUCCEEDED)
    const { paymentId } = request
    expect((await own.listPayments({})).payments[0]?.id).toBe(paymentId)
    expect((await support.getUserPayment({ paymentId })).payment?.payerId).toBe(user.id)
    const stranger = createClient(PaymentService, (await mesh.newUser()).transport)
    expect(await outcomeOf(stranger.getPayment({ paymentId }))).toBe('NotFound PAYMENT_NOT_FOUND')
    const refundId = crypto.randomUUID()
    const refunded = await support.refundUserPayment({ paymentId, refundId, reason: 'Asked for' })
    expect(refunded.payment?.status).toBe(PaymentStatus.REFUNDED)
    expect(refunded.payment?.refunds[0]?.status).toBe(RefundStatus.PROCESSED)
    const { entries } = await own.getPaymentHistory({ paymentId })
    expect(entries.map(({ text }) => text)).toEqual([
      '42.00 EUR are to be charged: Two seats',
      '42.00 EUR were charged; the provider keeps 0.84 EUR',
      '42.00 EUR are to be paid back: Asked for',
      '42.00 EUR were paid back',
    ])
  })

  it('of which the answer is lost is settled by the webhook, or by asking', async () => {
    const request = await newRequest('tok_0119')
    await booking.initiatePayment(request)
    await eventually(async () => (await statusOf(request.paymentId)) === PaymentStatus.SUCCEEDED)
  })

  // Its seconds are the mesh's: nobody lets them pass at once meanwhile.
  it('that hangs is UNKNOWN after some seconds, and succeeds', () =>
    mesh.withClock(async () => {
      const request = await newRequest('tok_0341')
      await booking.initiatePayment(request)
      await eventually(async () => (await statusOf(request.paymentId)) === PaymentStatus.SUCCEEDED, 20_000)
      const { entries } = await own.getPaymentHistory({ paymentId: request.paymentId })
      expect(entries.map(({ event }) => event)).toContain('PaymentBecameUnknown')
    }))

  it('waits for its payer, who confirms it; one that was cancelled never charges', async () => {
    const [request, other] = [await newRequest('tok_3220'), await newRequest('tok_3220')]
    const { payment } = await booking.initiatePayment(request)
    expect(payment?.status).toBe(PaymentStatus.REQUIRES_ACTION)
    expect((await support.getUserPayment({ paymentId: request.paymentId })).payment?.nextAction).toBeUndefined()
    expect((await own.confirmPayment({ paymentId: request.paymentId })).payment?.status).toBe(PaymentStatus.SUCCEEDED)
    await booking.initiatePayment(other)
    await booking.cancelPayment({ paymentId: other.paymentId })
    expect(await outcomeOf(own.confirmPayment({ paymentId: other.paymentId }))).toBe(
      'FailedPrecondition NO_ACTION_REQUIRED',
    )
  })
})

it('a balance is paid out', async () => {
  await booking.creditBalance({ creditId: crypto.randomUUID(), userId: user.id, amount })
  await own.requestPayout({ amount, destination: 'acct_bank' })
  await eventually(async () => (await own.listPayouts({})).payouts[0]?.settledAt)
  expect(await outcomeOf(own.requestPayout({ amount, destination: 'acct_bank' }))).toBe(
    'FailedPrecondition BALANCE_TOO_LOW',
  )
})

it('a webhook that nobody signed is refused at the gateway', async () => {
  const response = await fetch(`${mesh.url}/webhooks/payments/sandbox`, { method: 'POST', body: '{}' })
  expect(response.status).toBe(403)
})

describe('who may not', () => {
  it('charges, pays back or gives up nothing without a service’s identity', async () => {
    const request = await newRequest('tok_4242')
    const { paymentId } = request
    for (const client of [anyone, own]) {
      const calls = [
        client.initiatePayment(request),
        client.cancelPayment({ paymentId }),
        client.refundPayment({ paymentId, refundId: paymentId }),
        client.refundUserPayment({ paymentId, refundId: paymentId }),
        client.getUserPayment({ paymentId }),
        client.creditBalance({ creditId: paymentId, userId: user.id, amount }),
      ]
      for (const outcome of await Promise.all(calls.map(outcomeOf)))
        expect(outcome).toMatch(/^(Unauthenticated|PermissionDenied)/)
    }
  })
})

it('what is asked for wrongly is told what is wrong', async () => {
  const request = await newRequest('tok_4242')
  const wrong = [
    own.createPaymentMethod({ token: 'tok_of_nobody' }),
    booking.initiatePayment({ ...request, amount: { minorUnits: 0n, currency: 'EUR' } }),
    booking.initiatePayment({ ...request, amount: { minorUnits: 1n, currency: 'euro' } }),
    booking.initiatePayment({ ...request, purpose: { kind: 0, id: request.paymentId } }),
    booking.initiatePayment({ ...request, payerId: 'me' }),
  ]
  for (const outcome of await Promise.all(wrong.map(outcomeOf))) expect(outcome).toContain('InvalidArgument')
})

it('ledger and provider agree, and its invariants hold', async () => {
  const now = new Date()
  const at = (ms: number) => ({ seconds: BigInt(Math.floor((now.getTime() + ms) / 1000)), nanos: 0 })
  const { reconciliation } = await support.getReconciliation({ from: at(-3_600_000), to: at(3_600_000) })
  expect(reconciliation?.totals.length).toBeGreaterThan(0)
  const operator = createClient(MeshService, await mesh.operator())
  const { results } = await operator.checkInvariants({ contexts: ['payment'] })
  expect(results.length).toBeGreaterThan(9)
  expect(results.flatMap(({ violations }) => violations)).toEqual([])
})
