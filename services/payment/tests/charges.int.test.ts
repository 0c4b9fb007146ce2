import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { hangMs } from '../infrastructure/providers/sandbox.ts'
import { euro, openPayments, refused, type TestPayments } from './fixture.ts'

let own: TestPayments

beforeAll(async () => {
  own = await openPayments('charges')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const entriesOf = (id: string) =>
  own.sql('select account, amount from entries where posting_id = $1 order by account', `charge:${id}`)

describe('a card', () => {
  it('4242 succeeds, and the ledger has it', async () => {
    const paid = await own.pay('tok_4242')
    expect(paid.status).toBe('SUCCEEDED')
    expect(await own.events(paid.id)).toEqual(['PaymentInitiated', 'PaymentSucceeded'])
    expect(await entriesOf(paid.id)).toEqual([
      { account: 'fees:sandbox', amount: 95 },
      { account: 'paid:reservation', amount: -5000 },
      { account: 'provider:sandbox', amount: 4905 },
    ])
  })

  it.each([
    ['0002', 'CARD_DECLINED'],
    ['9995', 'INSUFFICIENT_FUNDS'],
  ])('%s is declined: %s, and another one may be tried', async (card, reason) => {
    const declined = await own.pay(`tok_${card}`)
    expect(declined).toMatchObject({ status: 'FAILED', failureReason: reason })
    expect(await entriesOf(declined.id)).toEqual([])
    const { payerId, methodId } = await own.newPayer()
    const { purpose, id } = declined
    const again = await own.pay('tok_4242', { purpose, payerId, methodId })
    expect(again.status).toBe('SUCCEEDED')
    expect((await own.app.findPaymentOfPurpose(purpose)).id).toBe(again.id)
    expect((await own.get(id)).status).toBe('FAILED')
  })

  it('3220 requires action, and ConfirmPayment succeeds, for its payer alone', async () => {
    const request = await own.request('tok_3220')
    const waiting = await own.initiate(request)
    expect(waiting.status).toBe('REQUIRES_ACTION')
    expect(waiting.action?.redirectUrl).toContain(waiting.id)
    await expect(own.confirm(uuidv7(), waiting.id)).rejects.toEqual(refused('PAYMENT_NOT_FOUND'))
    expect(await own.timesCharged(request.purpose.id)).toBe(0)
    const confirmed = await own.confirm(request.payerId, waiting.id)
    expect(confirmed).toMatchObject({ status: 'SUCCEEDED', action: undefined })
    expect((await own.confirm(request.payerId, waiting.id)).status).toBe('SUCCEEDED')
  })

  it('0119 succeeds, its answer is lost: UNKNOWN, until the provider is asked; charged once', async () => {
    const request = await own.request('tok_0119')
    const lost = await own.initiate(request)
    expect(lost.status).toBe('UNKNOWN')
    await own.pass(60_000)
    expect((await own.get(lost.id)).status).toBe('SUCCEEDED')
    expect(await own.events(lost.id)).toEqual(['PaymentInitiated', 'PaymentBecameUnknown', 'PaymentSucceeded'])
    expect(await own.timesCharged(request.purpose.id)).toBe(1)
  })

  it('0341 hangs, and succeeds: UNKNOWN meanwhile; charged once', async () => {
    const request = await own.request('tok_0341')
    const started = performance.now()
    const hanging = await own.initiate(request)
    expect(performance.now() - started).toBeLessThan(hangMs)
    expect(hanging.status).toBe('UNKNOWN')
    await own.pass(hangMs - 1)
    expect((await own.get(hanging.id)).status).toBe('UNKNOWN')
    await own.pass(60_000)
    expect((await own.get(hanging.id)).status).toBe('SUCCEEDED')
    expect(await own.timesCharged(request.purpose.id)).toBe(1)
  })
})

describe('a purpose', () => {
  it('is paid once', async () => {
    const { purpose } = await own.pay()
    await expect(own.pay('tok_4242', { purpose })).rejects.toEqual(refused('PURPOSE_PAID'))
    expect(await own.timesCharged(purpose.id)).toBe(1)
  })

  it('takes no second payment while one is undecided', async () => {
    const { purpose } = await own.pay('tok_0119')
    await expect(own.pay('tok_4242', { purpose })).rejects.toEqual(refused('PAYMENT_UNDER_WAY'))
    await own.pass(60_000)
    await expect(own.pay('tok_4242', { purpose })).rejects.toEqual(refused('PURPOSE_PAID'))
    expect(await own.timesCharged(purpose.id)).toBe(1)
  })

  it('is charged once, however many try at the same time with payments of their own', async () => {
    const purpose = { kind: 'RESERVATION', id: uuidv7() } as const
    const requests = await Promise.all(Array.from({ length: 8 }, () => own.request('tok_4242', { purpose })))
    const outcomes = await Promise.allSettled(requests.map((request) => own.initiate(request)))
    const statuses = outcomes.map((each) => (each.status === 'fulfilled' ? each.value.status : each.reason.reason))
    expect(statuses.filter((status) => status === 'SUCCEEDED')).toHaveLength(1)
    for (const status of statuses)
      expect(['SUCCEEDED', 'PAYMENT_UNDER_WAY', 'PURPOSE_PAID', 'TOO_MUCH_CONTENTION']).toContain(status)
    expect(await own.timesCharged(purpose.id)).toBe(1)
  })
})

describe('the same payment again', () => {
  it('answers it as it stands, however many ask at once', async () => {
    const request = await own.request()
    const all = await Promise.all(Array.from({ length: 8 }, () => own.initiate(request)))
    for (const { status } of all) expect(['PENDING', 'SUCCEEDED']).toContain(status)
    expect((await own.initiate(request)).status).toBe('SUCCEEDED')
    expect(await own.timesCharged(request.purpose.id)).toBe(1)
  })

  it('for something else is PAYMENT_MISMATCH', async () => {
    const request = await own.request()
    await own.initiate(request)
    for (const change of [{ amount: euro(1) }, { description: 'x' }, { purpose: { kind: 'INVOICE', id: uuidv7() } }])
      await expect(own.initiate({ ...request, ...change } as typeof request)).rejects.toEqual(
        refused('PAYMENT_MISMATCH'),
      )
  })

  it('with what is somebody else’s to pay with is refused', async () => {
    const { methodId } = await own.newPayer()
    await expect(own.pay('tok_4242', { methodId })).rejects.toEqual(refused('PAYMENT_METHOD_NOT_FOUND'))
  })
})

describe('a crash', () => {
  it('before the provider heard of it: it is asked first, then charges, once', async () => {
    const request = await own.request()
    const { provider } = own
    const dead = { ...provider, charge: () => Promise.reject(new Error('the process ended')) }
    const other = await openCrashed(dead, request)
    expect(other).toBe('UNKNOWN')
    await own.pass(60_000)
    expect((await own.get(request.paymentId)).status).toBe('SUCCEEDED')
    expect(await own.timesCharged(request.purpose.id)).toBe(1)
  })

  const openCrashed = async (
    provider: TestPayments['provider'],
    request: Awaited<ReturnType<TestPayments['request']>>,
  ) => {
    const { assemble } = await import('../service.ts')
    const app = assemble(own.kernel, provider, 100)
    return (await own.call(() => app.initiatePayment(request))).status
  }

  it('after it charged: what it did is found by our key, and not asked for again', async () => {
    const request = await own.request()
    const { provider } = own
    const dying: TestPayments['provider'] = {
      ...provider,
      charge: async (...asked) => {
        await provider.charge(...asked)
        throw new Error('the process ended')
      },
    }
    expect(await openCrashed(dying, request)).toBe('UNKNOWN')
    await own.pass(60_000)
    expect((await own.get(request.paymentId)).status).toBe('SUCCEEDED')
    expect(await own.sql('select times_asked from sandbox_charges where key = $1', request.paymentId)).toEqual([
      { times_asked: 1 },
    ])
    expect(await own.timesCharged(request.purpose.id)).toBe(1)
  })
})

describe('a cancellation', () => {
  it('of one that waits for its payer: it never charges', async () => {
    const request = await own.request('tok_3220')
    await own.initiate(request)
    expect((await own.cancel(request.paymentId))?.status).toBe('CANCELLED')
    expect((await own.cancel(request.paymentId))?.status).toBe('CANCELLED')
    await expect(own.confirm(request.payerId, request.paymentId)).rejects.toEqual(refused('NO_ACTION_REQUIRED'))
    expect(await own.timesCharged(request.purpose.id)).toBe(0)
  })

  it('of an unknown id: it can never charge later', async () => {
    const request = await own.request()
    expect(await own.cancel(request.paymentId)).toBeUndefined()
    expect(await own.cancel(request.paymentId)).toBeUndefined()
    await expect(own.initiate(request)).rejects.toEqual(refused('PAYMENT_CANCELLED'))
    expect(await own.timesCharged(request.purpose.id)).toBe(0)
  })

  it('of what the provider has not decided says so, and soon hears what became of it', async () => {
    const request = await own.request('tok_3220')
    await own.initiate(request)
    const decided = `status = 'SUCCEEDED', decided_at = decided_at + interval '3 minutes'`
    await own.sql(`update sandbox_charges set ${decided} where key = $1`, request.paymentId)
    await expect(own.cancel(request.paymentId)).rejects.toEqual(refused('PAYMENT_UNDECIDED'))
    expect((await own.get(request.paymentId)).status).toBe('REQUIRES_ACTION')
    await own.pass(10 * 60_000)
    expect((await own.get(request.paymentId)).status).toBe('SUCCEEDED')
    await expect(own.cancel(request.paymentId)).rejects.toEqual(refused('PAYMENT_SUCCEEDED'))
  })

  it('of what succeeded is refused, also where that is only found then', async () => {
    const paid = await own.pay()
    await expect(own.cancel(paid.id)).rejects.toEqual(refused('PAYMENT_SUCCEEDED'))
    const lost = await own.pay('tok_0119')
    await expect(own.cancel(lost.id)).rejects.toEqual(refused('PAYMENT_SUCCEEDED'))
    expect((await own.get(lost.id)).status).toBe('SUCCEEDED')
  })

  it('comes by itself where the payer does nothing for an hour', async () => {
    const { id, purpose } = await own.pay('tok_3220')
    await own.pass(59 * 60_000)
    expect((await own.get(id)).status).toBe('REQUIRES_ACTION')
    await own.pass(60_000)
    expect(await own.get(id)).toMatchObject({ status: 'FAILED', failureReason: 'ACTION_TIMED_OUT' })
    expect((await own.pay('tok_4242', { purpose })).status).toBe('SUCCEEDED')
  })
})
