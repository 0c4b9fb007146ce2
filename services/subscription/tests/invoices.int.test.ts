import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSubscriptions, persistently, type TestSubscriptions } from './fixture.ts'

let own: TestSubscriptions

beforeAll(async () => {
  own = await openSubscriptions('invoices')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const issue = ({ userId, billId }: { userId: string; billId: string }) =>
  persistently(() => own.call(() => own.app.issueInvoice(userId, billId)))

it('numbers of a year follow each other without a gap, however many are issued at once and when a year begins', async () => {
  const few = fc.integer({ min: 1, max: 6 })
  await fc.assert(
    fc.asyncProperty(few, few, few, async (before, across, after) => {
      const bills = await Promise.all(Array.from({ length: before + across + after }, () => own.newBill()))
      const year = own.clock.now().getUTCFullYear()
      own.clock.advance(Date.UTC(year + 1, 0) - own.clock.now().getTime() - 1)
      await Promise.all(bills.slice(0, before).map(issue))
      const issued = bills.slice(before, before + across).map(issue)
      await new Promise((next) => setImmediate(next))
      own.clock.advance(1)
      await Promise.all([...issued, ...bills.slice(before + across).map(issue)])
      const rows = await own.database.sql<{ year: number; sequences: number[] }>(
        `select extract(year from issued_at)::integer as year, array_agg(sequence order by sequence) as sequences
         from invoices where year = extract(year from issued_at) group by 1 order by 1`,
      )
      expect(rows.map((row) => row.year)).toContain(year)
      expect(rows.at(-1)?.year).toBe(year + 1)
      for (const { sequences } of rows) expect(sequences).toEqual(sequences.map((_, index) => index + 1))
      const [all] = await own.database.sql('select count(*) as count from invoices')
      expect(all?.count).toBe(rows.reduce((sum, { sequences }) => sum + sequences.length, 0))
      expect(await own.violations()).toEqual([])
    }),
    { numRuns: 6 },
  )
}, 120_000)

it('are listed newest first and paged through also beyond the millionth of a year', async () => {
  const first = await own.newBill()
  const year = own.clock.now().getUTCFullYear()
  await own.database.sql(
    'insert into invoice_numbers values ($1, 999998) on conflict (year) do update set last = 999998',
    year,
  )
  const numbers: (string | undefined)[] = []
  for (let bill = first; numbers.length < 3; ) {
    const invoice = await issue(bill)
    numbers.unshift(invoice?.number)
    await own.call(() => own.app.voidInvoice(invoice?.id ?? ''))
    const { changeBill } = await own.call(() => own.app.changeTier(bill.userId, 'SILVER'))
    bill = { userId: bill.userId, billId: changeBill ?? '' }
  }
  expect(numbers).toEqual([`${year}-1000001`, `${year}-1000000`, `${year}-999999`])
  const listed: string[] = []
  for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
    const page = await own.call(() =>
      own.app.listInvoices(first.userId, { pageSize: 1, pageToken: pageToken as string }),
    )
    listed.push(...page.items.map(({ number }) => number))
    pageToken = page.nextPageToken || undefined
  }
  expect(listed).toEqual(numbers)
  await own.database.sql('delete from invoices where year = $1', year)
  await own.database.sql('delete from invoice_numbers where year = $1', year)
})

it('are charged once for each attempt, however many ask for it at once', async () => {
  const invoice = (await issue(await own.newBill()))?.id ?? ''
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => own.call(() => own.app.chargeInvoice(invoice, 1)).catch((error) => error.reason)),
  )
  for (const outcome of outcomes) expect(['SUCCEEDED', 'TOO_MUCH_CONTENTION']).toContain(outcome)
  expect(outcomes).toContain('SUCCEEDED')
  const [made] = await own.database.sql(
    'select count(*) as charges, max(status) as status from charges where invoice_id = $1',
    invoice,
  )
  expect(made).toEqual({ charges: 1, status: 'SUCCEEDED' })
  expect(own.payments.of(invoice)).toHaveLength(1)
})
