import { Client } from 'pg'
import { expect, it } from 'vitest'
import { migrate } from '#shared/infrastructure/migrate.ts'
import { suiteDatabase } from '../../shared/tests/suite-database.ts'
import { migrations } from '../infrastructure/migrations.ts'

it('what there was before credit was written down and units kept their keys is carried over', async () => {
  const { url, drop } = await suiteDatabase('subscription_before', migrations.slice(0, 1))
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const user = crypto.randomUUID()
    await client.query(
      `insert into subscriptions (id, tier, status, is_complimentary, anchor, next_tier, is_overdue, change_tier, credit,
         payment_problem, created_at) values ($1, 'FREE', 'ACTIVE', false, now(), '', false, '', 700, '', now())`,
      [user],
    )
    await client.query(
      `insert into usage (id, user_id, resource, used, committed, overrun, announced, version)
       values ('counted', $1, 'COLLABORATORS', 4, 4, 0, 0, 4), ('unused', $1, 'VOICES', 0, 0, 0, 0, 1)`,
      [user],
    )
    await client.query(
      `insert into invoices (id, number, user_id, bill_id, purpose, lines, period_start, period_end, starts_period, total,
         credit_applied, issued_at, status, attempts)
       values (gen_random_uuid(), '2026-1000000', $1, gen_random_uuid(), 'RENEWAL', '[]', now(), now() + interval '1 day',
         false, 999, 0, now(), 'OPEN', 0)`,
      [user],
    )
    await client.query(
      `insert into charges (id, invoice_id, attempt, amount, token, status, problem, provider_id, begun_at)
       select id || ':1', id, 1, 999, 'tok_success', 'BEGUN', '', '', now() from invoices`,
    )
    await client.query(`update subscriptions set payment_method = '{"token":"tok_success"}'`)
    await migrate(url, migrations)
    const rows = async (sql: string) => (await client.query(sql)).rows
    expect(await rows('select user_id, amount::integer, reason from credit_entries')).toEqual([
      { user_id: user, amount: 700, reason: 'CARRIED_OVER' },
    ])
    expect(await rows('select counter_id, user_id, amount, state from reservations')).toEqual([
      { counter_id: 'counted', user_id: user, amount: 4, state: 'COMMITTED' },
    ])
    expect(await rows('select payment_method from subscriptions')).toEqual([{ payment_method: null }])
    expect(await rows('select status, method_id, payment_id is null as lost from charges')).toEqual([
      { status: 'BEGUN', method_id: '', lost: false },
    ])
    expect(await rows('select year, sequence from invoices')).toEqual([{ year: 2026, sequence: 1_000_000 }])
  } finally {
    await client.end()
    await drop()
  }
})
