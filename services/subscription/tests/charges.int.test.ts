import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSubscriptions, refused, type TestSubscriptions } from './fixture.ts'

let own: TestSubscriptions

beforeAll(async () => {
  own = await openSubscriptions('charges')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const newInvoice = async (token: string) => {
  const { userId, billId } = await own.newBill('SILVER', token)
  const invoice = await own.call(() => own.app.issueInvoice(userId, billId))
  return { userId, invoiceId: invoice?.id ?? '' }
}
const charge = (invoiceId: string) => own.call(() => own.app.chargeInvoice(invoiceId, 1))
const settle = (invoiceId: string) => own.call(() => own.app.settleInvoice(invoiceId))
const erase = (userId: string) => own.call(() => own.app.eraseSubscriber(userId))
const pay = (userId: string, token: string) => own.call(() => own.app.setPaymentMethod(userId, token))
const problemOf = async (userId: string) => (await own.call(() => own.app.getSubscription(userId))).paymentProblem

describe('a charge', () => {
  it('that waits for its payer says so, and is the same one when it is asked for again', async () => {
    const { userId, invoiceId } = await newInvoice('tok_action')
    expect([await charge(invoiceId), await charge(invoiceId)]).toEqual(['UNKNOWN', 'UNKNOWN'])
    expect(await problemOf(userId)).toBe('ACTION_REQUIRED')
    expect(own.payments.of(invoiceId)).toHaveLength(1)
  })

  it('that is declined says why', async () => {
    const { userId, invoiceId } = await newInvoice('tok_declined')
    expect(await charge(invoiceId)).toBe('DECLINED')
    expect(await problemOf(userId)).toBe('CARD_DECLINED')
  })

  it('of somebody who left meanwhile is given up, and never made', async () => {
    const { userId, invoiceId } = await newInvoice('tok_unknown')
    expect(await charge(invoiceId)).toBe('UNKNOWN')
    await erase(userId)
    const before = own.payments.givenUp().length
    expect(await charge(invoiceId)).toBe('DECLINED')
    expect(own.payments.givenUp()).toHaveLength(before + 1)
    const late = await newInvoice('tok_success')
    await erase(late.userId)
    expect(await charge(late.invoiceId)).toBe('DECLINED')
    expect(own.payments.of(late.invoiceId)).toEqual([])
  })

  it('that turns out to have come about after its payer left goes back, once', async () => {
    const { userId, invoiceId } = await newInvoice('tok_unknown')
    expect(await charge(invoiceId)).toBe('UNKNOWN')
    const [made] = own.payments.of(invoiceId)
    if (made) made.outcome = { status: 'SUCCEEDED', providerId: 'late' }
    await erase(userId)
    expect(await charge(invoiceId)).toBe('SUCCEEDED')
    for (let n = 0; n < 2; n += 1) await settle(invoiceId)
    expect([...(made?.refunds ?? [])]).toEqual([invoiceId])
  })

  it('that is wanted, or whose payer is there to be credited, does not go back', async () => {
    for (const isCancelled of [false, true]) {
      const { userId, invoiceId } = await newInvoice('tok_success')
      expect(await charge(invoiceId)).toBe('SUCCEEDED')
      if (isCancelled) await own.call(() => own.app.cancelSubscription(userId, true))
      await settle(invoiceId)
      expect(own.payments.of(invoiceId).flatMap(({ refunds }) => [...refunds])).toEqual([])
    }
  })
})

it('another card takes the place of the one before, which payment forgets', async () => {
  const userId = await own.newUser()
  const before = own.payments.kept().length
  for (const token of ['tok_success', 'tok_declined', 'tok_success']) await pay(userId, token)
  await expect(pay(userId, 'tok_of_nobody')).rejects.toEqual(refused('UNKNOWN_CARD'))
  expect(own.payments.kept()).toHaveLength(before + 1)
  await erase(userId)
  await expect(pay(userId, 'tok_success')).rejects.toEqual(refused('SUBSCRIPTION_EXPIRED'))
  expect(own.payments.kept()).toHaveLength(before + 1)
})
