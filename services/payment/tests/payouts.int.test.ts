import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { euro, openPayments, refused, type TestPayments } from './fixture.ts'

let own: TestPayments

beforeAll(async () => {
  own = await openPayments('payouts')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const credit = (userId: string, amount: number, creditId = uuidv7()) =>
  own.call(() => own.app.creditBalance(creditId, userId, euro(amount)))
const payOut = (userId: string, amount: number, destination = 'acct_bank') =>
  own.call(() => own.app.requestPayout(userId, euro(amount), destination))
const listed = (userId: string, page = { pageSize: 0, pageToken: '' }) =>
  own.call(() => own.app.listPayouts(userId, page))

describe('a payout', () => {
  it('leaves the balance when it is asked for, and is paid', async () => {
    const user = uuidv7()
    await credit(user, 9000)
    const { id } = await payOut(user, 4000)
    expect((await listed(user)).balances).toEqual([euro(5000)])
    await own.follow()
    expect((await listed(user)).items).toMatchObject([{ id, status: 'PAID', destination: '' }])
    expect(await own.events(id)).toEqual(['PayoutRequested', 'PayoutPaid'])
  })

  it('that the bank sends back is on the balance again', async () => {
    const user = uuidv7()
    await credit(user, 9000)
    const { id } = await payOut(user, 4000, 'acct_closed')
    await own.follow()
    await own.report()
    expect(await listed(user)).toMatchObject({
      items: [{ id, status: 'FAILED', failureReason: 'ACCOUNT_CLOSED' }],
      balances: [euro(9000)],
    })
  })

  it('of more than there is is BALANCE_TOO_LOW, also for many at once', async () => {
    const user = uuidv7()
    await expect(payOut(user, 1)).rejects.toEqual(refused('BALANCE_TOO_LOW'))
    await credit(user, 1000)
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => payOut(user, 300)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect((await listed(user)).balances).toEqual([euro(100)])
  })

  it('is listed newest first, page by page', async () => {
    const user = uuidv7()
    await credit(user, 1000)
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) {
      own.clock.advance(1000)
      ids.unshift((await payOut(user, 10)).id)
    }
    const first = await listed(user, { pageSize: 2, pageToken: '' })
    const second = await listed(user, { pageSize: 2, pageToken: first.nextPageToken })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect(second.nextPageToken).toBe('')
  })
})

it('a credit counts once; its id for something else is CREDIT_MISMATCH', async () => {
  const [user, creditId] = [uuidv7(), uuidv7()]
  await Promise.all(Array.from({ length: 5 }, () => credit(user, 700, creditId)))
  expect((await listed(user)).balances).toEqual([euro(700)])
  await expect(credit(user, 701, creditId)).rejects.toEqual(refused('CREDIT_MISMATCH'))
})

describe('the ledger', () => {
  it('takes nothing that does not sum to zero, by the database itself', async () => {
    const amounts = fc.array(
      fc.integer({ min: -1000, max: 1000 }).filter((n) => n !== 0),
      { minLength: 1, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(amounts, fc.boolean(), async (some, isBalanced) => {
        const sum = some.reduce((all, n) => all + n, 0)
        const all = isBalanced && sum !== 0 ? [...some, -sum] : some
        const id = `test:${uuidv7()}`
        const values = all.map((amount, index) => `('${id}', 'test:${index}', ${amount}, 'EUR')`).join(', ')
        const write = own.sql(
          `with p as (insert into postings (id, at) values ('${id}', now()))
           insert into entries (posting_id, account, amount, currency) values ${values}`,
        )
        const isZero = all.reduce((total, n) => total + n, 0) === 0
        if (isZero) await write
        else await expect(write).rejects.toMatchObject({ constraint: 'entries_add_up' })
      }),
      { numRuns: 40 },
    )
  })

  it('is only added to', async () => {
    await own.pay()
    for (const sql of ['update entries set amount = amount * 2', 'delete from entries', 'truncate entries'])
      await expect(own.sql(sql)).rejects.toMatchObject({ constraint: 'entries_stay' })
  })
})

describe('the reconciliation', () => {
  const report = () => {
    const now = own.clock.now().getTime()
    return own.app.getReconciliation(new Date(now - 86_400_000), new Date(now + 1))
  }

  it('finds nothing where ledger and provider agree, with charges, refunds and payouts', async () => {
    await own.follow()
    own.clock.advance(2 * 86_400_000)
    const { id } = await own.pay()
    await own.refund(id, { amount: euro(1200) })
    const user = uuidv7()
    await credit(user, 800)
    await payOut(user, 800)
    await own.follow()
    await own.pay('tok_0002')
    expect(await report()).toMatchObject({ discrepancies: [], totals: [{ ledger: euro(3000), provider: euro(3000) }] })
  })

  it('names what only one of them has, and what they have otherwise', async () => {
    own.clock.advance(2 * 86_400_000)
    const [here, other, gone] = [await own.pay(), await own.pay(), await own.pay()]
    await own.sql('update sandbox_charges set amount = 4000 where key = $1', other.id)
    await own.sql(`update sandbox_charges set status = 'FAILED' where key = $1`, gone.id)
    await own.sql(
      `insert into sandbox_charges select 'stray', token, reference || 'x', amount, currency, fee, status, reason, decided_at
       from sandbox_charges where key = $1`,
      here.id,
    )
    const { discrepancies } = await report()
    expect(new Map(discrepancies.map(({ movement, kind }) => [movement, kind]))).toEqual(
      new Map([
        [`charge:${other.id}`, 'DIFFERENT_AMOUNT'],
        [`charge:${gone.id}`, 'MISSING_AT_PROVIDER'],
        ['charge:stray', 'MISSING_IN_LEDGER'],
      ]),
    )
    await own.sql(`delete from sandbox_charges where key = 'stray'`)
    await own.sql(`update sandbox_charges set amount = 5000, status = 'SUCCEEDED' where key = any($1)`, [
      other.id,
      gone.id,
    ])
  })

  it('is of 31 days at most', async () => {
    const now = own.clock.now()
    const before = (days: number) => new Date(now.getTime() - days * 86_400_000)
    await expect(own.app.getReconciliation(before(32), now)).rejects.toEqual(refused('PERIOD_TOO_LONG'))
    await expect(own.app.getReconciliation(now, now)).rejects.toEqual(refused('PERIOD_EMPTY'))
  })
})

describe('who is erased', () => {
  it('can be charged with nothing any more; what was paid stays in the ledger', async () => {
    const request = await own.request('tok_0119')
    const { id } = await own.initiate(request)
    const before = await own.sql('select count(*) as n from entries')
    await own.call(async () => own.app.forgetPerson(request.payerId))
    expect(await own.app.listPaymentMethods(request.payerId)).toEqual([])
    expect(await own.sql(`select 1 from payments where payer_id = $1 and token <> ''`, request.payerId)).toEqual([])
    // What was charged before is found by our key all the same.
    await own.pass(60_000)
    expect((await own.get(id)).status).toBe('SUCCEEDED')
    expect(await own.sql('select count(*) as n from entries')).not.toEqual(before)
    await expect(own.initiate({ ...request, paymentId: uuidv7() })).rejects.toEqual(refused('PURPOSE_PAID'))
  })
})
