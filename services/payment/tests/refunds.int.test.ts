import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { PaymentProvider } from '../application/provider.ts'
import { euro, openPayments, refused, type TestPayments } from './fixture.ts'

let own: TestPayments
/** What becomes of the next refund's answer. */
let refundAnswer: 'arrives' | 'is lost' | 'never asked' = 'arrives'

const around = (provider: PaymentProvider): PaymentProvider => ({
  ...provider,
  refund: async (refund, signal) => {
    const how = refundAnswer
    refundAnswer = 'arrives'
    if (how === 'never asked') throw new Error('no connection')
    const outcome = await provider.refund(refund, signal)
    return how === 'is lost' ? { status: 'UNKNOWN' } : outcome
  },
})

beforeAll(async () => {
  own = await openPayments('refunds', { around })
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

describe('a refund', () => {
  it('in parts, and then of all that is left', async () => {
    const { id } = await own.pay()
    expect(await own.refund(id, { amount: euro(2000) })).toMatchObject({ status: 'PARTIALLY_REFUNDED' })
    const all = await own.refund(id)
    expect(all).toMatchObject({ status: 'REFUNDED', refunded: euro(5000) })
    expect(all.refunds.map(({ amount }) => amount.minorUnits)).toEqual([2000n, 3000n])
    await expect(own.refund(id)).rejects.toEqual(refused('REFUND_EXCEEDS_PAYMENT'))
    await expect(own.refund(id, { amount: euro(1) })).rejects.toEqual(refused('REFUND_EXCEEDS_PAYMENT'))
  })

  it('under the same id again pays back once; for something else it is REFUND_MISMATCH', async () => {
    const [{ id }, other] = [await own.pay(), await own.pay()]
    const refundId = uuidv7()
    const all = await Promise.all(Array.from({ length: 6 }, () => own.refund(id, { refundId, amount: euro(1000) })))
    expect(all.every(({ refunds }) => refunds.length === 1)).toBe(true)
    expect((await own.get(id)).refunded).toEqual(euro(1000))
    await expect(own.refund(id, { refundId, amount: euro(2) })).rejects.toEqual(refused('REFUND_MISMATCH'))
    await expect(own.refund(other.id, { refundId })).rejects.toEqual(refused('REFUND_MISMATCH'))
  })

  it('of what was not charged is refused', async () => {
    const { id } = await own.pay('tok_0002')
    await expect(own.refund(id)).rejects.toEqual(refused('PAYMENT_NOT_SUCCEEDED'))
    await expect(own.refund(uuidv7())).rejects.toEqual(refused('PAYMENT_NOT_FOUND'))
  })

  it('of card 0051 fails: the money is still here, and may be asked for again', async () => {
    const { id } = await own.pay('tok_0051')
    const failed = await own.refund(id)
    expect(failed).toMatchObject({
      status: 'SUCCEEDED',
      refunds: [{ status: 'FAILED', failureReason: 'REFUND_REFUSED' }],
    })
    expect(await own.events(id)).toEqual(['PaymentInitiated', 'PaymentSucceeded', 'RefundRequested', 'RefundFailed'])
    expect((await own.refund(id)).refunds).toHaveLength(2)
  })

  it.each(['is lost', 'never asked'] as const)('whose answer %s is asked about, and pays back once', async (how) => {
    const { id } = await own.pay()
    refundAnswer = how
    expect((await own.refund(id)).refunds).toMatchObject([{ status: 'PENDING' }])
    await own.pass(60_000)
    expect(await own.get(id)).toMatchObject({ status: 'REFUNDED', refunds: [{ status: 'PROCESSED' }] })
    const [row] = await own.sql('select count(*) as n from sandbox_transfers where target = $1', `sandbox_${id}`)
    expect(row?.n).toBe(1)
  })
})

it('never is more paid back than was charged, in whatever parts and order, also by several at once', async () => {
  const parts = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(parts, fc.boolean(), async (amounts, atOnce) => {
      const { id } = await own.pay()
      const ask = (amount: number) => own.refund(id, { amount: euro(amount) }).catch((error) => error.reason)
      if (atOnce) await Promise.all(amounts.map(ask))
      else for (const amount of amounts) await ask(amount)
      const { refunded, refunds } = await own.get(id)
      expect(refunded.minorUnits).toBe(refunds.reduce((sum, { amount }) => sum + amount.minorUnits, 0n))
      expect(refunded.minorUnits <= 5000n).toBe(true)
    }),
    { numRuns: 12 },
  )
  expect(await own.violations()).toEqual([])
}, 60_000)
