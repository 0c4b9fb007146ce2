import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cents } from '../domain/tier.ts'
import { openSubscriptions, refused, type TestSubscriptions } from './fixture.ts'

let own: TestSubscriptions

beforeAll(async () => {
  own = await openSubscriptions('credit')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const grant = (userId: string, amount: number, actor = 'olga') =>
  own.call(() => own.app.grantCredit(userId, cents(amount)), { actor })
const list = async (userId: string, page = { pageSize: 0, pageToken: '' }) =>
  own.call(() => own.app.listCredits(userId, page))
const entriesOf = async (userId: string) =>
  (await list(userId)).items.map(({ amount, reason }) => `${reason} ${amount}`)
const creditOf = async (userId: string) => (await own.call(() => own.app.getSubscription(userId))).credit
const issue = ({ userId, billId }: { userId: string; billId: string }) =>
  own.call(async () => (await own.app.issueInvoice(userId, billId))?.id ?? '')

describe('credit', () => {
  it('is the sum of what was granted, used and returned, each with its reason', async () => {
    const bill = await own.newBill()
    const { userId } = bill
    await grant(userId, 600)
    own.clock.advance(1)
    await grant(userId, 100, 'otto')
    own.clock.advance(1)
    const invoice = await issue(bill)
    expect(await creditOf(userId)).toBe(0)
    own.clock.advance(1)
    await own.call(() => own.app.voidInvoice(invoice))
    expect(await creditOf(userId)).toBe(700)
    expect(await entriesOf(userId)).toEqual(['RETURNED 700', 'APPLIED -700', 'GRANTED 100', 'GRANTED 600'])
    const { items } = await list(userId)
    expect(items.map(({ grantedBy, invoiceId }) => [grantedBy, invoiceId ?? ''])).toEqual([
      ['', invoice],
      ['', invoice],
      ['otto', ''],
      ['olga', ''],
    ])
    expect(await own.violations()).toEqual([])
  })

  it('comes of what was paid for and is not wanted any more, once', async () => {
    const bill = await own.newBill()
    const invoice = await issue(bill)
    expect(await own.call(() => own.app.chargeInvoice(invoice, 1))).toBe('SUCCEEDED')
    await own.call(() => own.app.cancelSubscription(bill.userId, true))
    for (let n = 0; n < 2; n += 1) await own.call(() => own.app.settleInvoice(invoice))
    expect(await creditOf(bill.userId)).toBe(999)
    expect(await entriesOf(bill.userId)).toEqual(['RETURNED 999'])
  })

  it('is listed page by page, of its owner alone, though all came at once', async () => {
    const [user, other] = [(await own.newBill()).userId, (await own.newBill()).userId]
    for (let n = 1; n <= 5; n += 1) await grant(user, n)
    await grant(other, 99)
    const amounts: number[] = []
    for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
      const page = await list(user, { pageSize: 2, pageToken })
      amounts.push(...page.items.map(({ amount }) => amount))
      pageToken = page.nextPageToken || undefined
    }
    expect(amounts.toSorted()).toEqual([1, 2, 3, 4, 5])
    await expect(list(user, { pageSize: 2, pageToken: 'nonsense' })).rejects.toEqual(refused('INVALID_PAGE_TOKEN'))
  })

  it('that nobody wrote down is found', async () => {
    const { userId } = await own.newBill()
    await grant(userId, 5)
    const change = (credit: number) =>
      own.database.sql('update subscriptions set credit = $2 where id = $1', userId, credit)
    await change(6)
    expect(await own.violations()).toEqual([`credit is the sum of what was given and used: ${userId}: 6, not 5`])
    await change(5)
  })

  it('is erased with the user, also when it is granted meanwhile', async () => {
    const { userId } = await own.newBill()
    await grant(userId, 5)
    const outcome = own.call(async () => {
      await own.app.grantCredit(userId, cents(7))
      await own.call(() => own.app.eraseSubscriber(userId))
    })
    await expect(outcome).rejects.toEqual(refused('USER_NOT_FOUND'))
    expect(await entriesOf(userId)).toEqual([])
    expect(await creditOf(userId)).toBe(0)
  })
})
