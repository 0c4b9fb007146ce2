import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Money } from '#shared/domain/money.ts'
import { postingOf } from '../domain/ledger.ts'
import type { ChargeOutcome, TransferOutcome } from '../domain/outcome.ts'
import { Payment } from '../domain/payment.ts'
import type { PaymentRequest } from '../domain/request.ts'
import { sentenceOf } from '../infrastructure/sentences.ts'

const euro = (minorUnits: number) => Money.of(BigInt(minorUnits), 'EUR')
const request: PaymentRequest = {
  paymentId: 'p',
  purpose: { kind: 'RESERVATION', id: 'r' },
  payerId: 'u',
  amount: euro(1000),
  methodId: 'm',
  description: '',
}
const outcomes: readonly ChargeOutcome[] = [
  { status: 'SUCCEEDED', externalId: 'x', fee: euro(30) },
  { status: 'FAILED', reason: 'CARD_DECLINED' },
  { status: 'REQUIRES_ACTION', externalId: 'x' },
  { status: 'CANCELLED' },
  { status: 'PROCESSING' },
  { status: 'UNKNOWN' },
]
const transfers: readonly TransferOutcome[] = [
  { status: 'DONE', externalId: 'y' },
  { status: 'FAILED', reason: 'NO' },
  { status: 'PROCESSING' },
  { status: 'UNKNOWN' },
]
const names = (payment: Payment) => recordedEvents(payment).map(({ schema }) => schema.name)
const count = (payment: Payment, name: string) => names(payment).filter((each) => each === name).length

/** Something that is heard, in whatever order and however often. */
const heard = fc.array(
  fc.oneof(
    fc.constantFrom(...outcomes).map((outcome) => ({ kind: 'charge' as const, outcome })),
    fc.tuple(fc.constantFrom('late', 'a', 'b'), fc.constantFrom(...transfers)).map(([id, outcome]) => ({
      kind: 'transfer' as const,
      id,
      outcome,
    })),
    fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 1200 })).map(([id, amount]) => ({
      kind: 'refund' as const,
      id,
      amount,
    })),
  ),
  { maxLength: 14 },
)

const play = (messages: typeof heard extends fc.Arbitrary<infer T> ? T : never) => {
  const payment = Payment.initiate(request, 'sandbox')
  const postings = messages.flatMap((message) => {
    if (message.kind === 'charge') return payment.observe(message.outcome, 'late')
    if (message.kind === 'transfer') return payment.observeRefund(message.id, message.outcome)
    try {
      payment.requestRefund(message.id, euro(message.amount), '')
    } catch {}
    return []
  })
  return { payment, postings }
}

describe('a payment, whatever is heard of it in whatever order', () => {
  it('is charged and posted at most once, and never pays back more than came', () => {
    fc.assert(
      fc.property(heard, (messages) => {
        const { payment, postings } = play(messages)
        expect(count(payment, 'PaymentSucceeded') + count(payment, 'PaymentCameLate')).toBeLessThanOrEqual(1)
        expect(
          count(payment, 'PaymentFailed') + count(payment, 'PaymentCancelled') + count(payment, 'PaymentSucceeded'),
        ).toBeLessThanOrEqual(1)
        const ids = postings.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.includes('charge:p')).toBe(payment.state.isReceived)
        const back = payment.state.refunds.filter(({ status }) => status !== 'FAILED')
        const sum = back.reduce((total, { amount }) => total + amount.minorUnits, 0n)
        expect(sum <= (payment.state.isReceived ? 1000n : 0n)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('changes nothing when all of it is heard again', () => {
    fc.assert(
      fc.property(heard, (messages) => {
        const { payment } = play(messages)
        const decided = !payment.isOpen
        const before = names(payment).length
        for (const message of messages)
          if (message.kind === 'charge' && decided && payment.state.isReceived) payment.observe(message.outcome, 'late')
        expect(names(payment)).toHaveLength(before)
      }),
      { numRuns: 1000 },
    )
  })

  it('is the same when its events are played back', () => {
    fc.assert(
      fc.property(heard, (messages) => {
        const { payment } = play(messages)
        const replayed = new Payment('p').replay(recordedEvents(payment))
        expect(replayed.state).toEqual(payment.state)
        expect(replayed.revision).toBe(names(payment).length)
      }),
    )
  })
})

describe('money that comes too late', () => {
  it.each(outcomes.filter(({ status }) => status === 'FAILED' || status === 'CANCELLED'))(
    'after $status is posted, and goes back',
    (end) => {
      const payment = Payment.initiate(request, 'sandbox')
      payment.observe(end, 'late')
      const [success] = outcomes as [ChargeOutcome]
      expect(payment.observe(success, 'late').map(({ id }) => id)).toEqual(['charge:p'])
      expect(names(payment).slice(2)).toEqual(['PaymentCameLate', 'RefundRequested'])
      expect(payment.state.refunds[0]?.amount).toEqual(euro(1000))
    },
  )
})

it('a refund that left and came back is reversed', () => {
  const payment = Payment.initiate(request, 'sandbox')
  payment.observe(outcomes[0] as ChargeOutcome, 'late')
  payment.requestRefund('a', undefined, '')
  payment.observeRefund('a', { status: 'DONE', externalId: 'y' })
  expect(payment.status).toBe('REFUNDED')
  expect(payment.observeRefund('a', { status: 'FAILED', reason: 'CLOSED' }).map(({ id }) => id)).toEqual([
    'refund-returned:a',
  ])
  expect(payment.status).toBe('SUCCEEDED')
})

it('a posting that leaves something over is refused', () => {
  const sums = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(sums, (amounts) => {
      const entries = amounts.map((amount, index) => ({ account: `a${index}`, amount: euro(amount) }))
      const isZero = amounts.reduce((sum, amount) => sum + amount, 0) === 0
      const post = () => postingOf('x', entries)
      if (isZero) expect(post().entries.every(({ amount }) => amount.minorUnits !== 0n)).toBe(true)
      else expect(post).toThrow(RangeError)
    }),
  )
})

it('amounts are told with the decimals that their currency has', () => {
  const told = (minorUnits: string, currency: string) =>
    sentenceOf('RefundProcessed', { amount: { minorUnits, currency } })
  expect(told('5', 'EUR')).toBe('0.05 EUR were paid back')
  expect(told('500', 'JPY')).toBe('500 JPY were paid back')
  expect(told('1234', 'BHD')).toBe('1.234 BHD were paid back')
})
