import type { Clock } from '#shared/domain/clock.ts'
import { Money } from '#shared/domain/money.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Heard, Ledger, Methods, Payouts } from '../application/ports.ts'
import { accounts } from '../domain/ledger.ts'
import type { PaymentMethod } from '../domain/payment-method.ts'
import { balanceTooLow, Payout } from '../domain/payout.ts'

type Unit = () => UnitOfWork

interface Amount extends Record<string, unknown> {
  minorUnits: number
  currency: string
}

const moneyOf = ({ minorUnits, currency }: Amount): Money => Money.of(BigInt(minorUnits), currency)

/** The books. Written, and never changed; the database refuses what does not sum to zero. */
export const createLedger = (database: Database, unit: Unit, clock: Clock): Ledger => ({
  post: ({ id, entries }) => {
    unit().write({ sql: 'insert into postings (id, at) values ($1, $2::timestamptz)', parameters: [id, clock.now()] })
    for (const { account, amount } of entries)
      unit().write({
        sql: 'insert into entries (posting_id, account, amount, currency) values ($1, $2, $3::bigint, $4)',
        parameters: [id, account, Number(amount.minorUnits), amount.currency],
      })
  },
  has: async (id) => {
    const rows = await database.sql<Amount & { account: string }>(
      'select account, amount as "minorUnits", currency from entries where posting_id = $1',
      id,
    )
    return rows.map((row) => ({ account: row.account, amount: moneyOf(row) }))
  },
  balances: async (userId) => {
    const rows = await database.sql<Amount>(
      'select minor_units as "minorUnits", currency from balances where user_id = $1 order by currency',
      userId,
    )
    return rows.map(moneyOf)
  },
  addToBalance: (userId, { minorUnits, currency }) => {
    const [id, amount] = [`${userId}:${currency}`, Number(minorUnits)]
    if (amount > 0)
      unit().write({
        sql: `insert into balances as b (id, user_id, currency, minor_units) values ($1, $2::uuid, $3, $4::bigint)
          on conflict (id) do update set minor_units = b.minor_units + excluded.minor_units`,
        parameters: [id, userId, currency, amount],
      })
    else
      unit().guard({
        table: 'balances',
        key: { column: 'id', value: id },
        add: { minor_units: amount },
        orElse: balanceTooLow(),
      })
  },
  movements: async (provider, from, to) => {
    const rows = await database.sql<Amount & { id: string }>(
      `select p.id, e.currency, sum(e.amount)::bigint as "minorUnits" from postings p join entries e on e.posting_id = p.id
       where p.at >= $2 and p.at < $3 and e.account = any($1::text[]) group by p.id, e.currency`,
      [accounts.provider(provider), accounts.fees(provider)],
      from,
      to,
    )
    return rows.map((row) => ({ id: row.id, amount: moneyOf(row) }))
  },
})

const methodColumns = `id, user_id as "userId", provider, token, brand, last4, created_at as "createdAt"`

export const createMethods = (database: Database, unit: Unit): Methods => ({
  find: async (id) => {
    const [row] = await database.look<PaymentMethod & Record<string, unknown>>(
      `select ${methodColumns} from payment_methods where id = $1`,
      id,
    )
    return row
  },
  ofUser: (userId) =>
    database.sql<PaymentMethod & Record<string, unknown>>(
      `select ${methodColumns} from payment_methods where user_id = $1 order by created_at desc, id desc`,
      userId,
    ),
  add: ({ id, userId, provider, token, brand, last4, createdAt }) =>
    unit().write({
      sql: `insert into payment_methods (id, user_id, provider, token, brand, last4, created_at)
        values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7::timestamptz)`,
      parameters: [id, userId, provider, token, brand, last4, createdAt],
    }),
  remove: (id) => unit().write({ sql: 'delete from payment_methods where id = $1', parameters: [id] }),
})

export const createPayouts = (database: Database, unit: Unit): Payouts => ({
  find: (id) => unit().find(Payout, id),
  add: (payout) => unit().add(payout),
  due: async (now, seen) => {
    const rows = await database.sql<{ id: string }>(
      `select id from payouts where next_check_at <= $1 and id <> all($2::uuid[]) order by next_check_at limit 20`,
      now,
      seen,
    )
    return rows.map(({ id }) => id)
  },
  list: (userId, before, limit) =>
    unit().select(
      Payout,
      `user_id = $1 ${before ? 'and (requested_at, id) < ($3::timestamptz, $4::uuid)' : ''}
       order by requested_at desc, id desc limit $2::integer`,
      userId,
      limit,
      ...(before ? [before.time, before.id] : []),
    ),
})

export const createHeard = (database: Database, unit: Unit, clock: Clock): Heard => ({
  has: async (provider, id) =>
    (await database.sql('select 1 from webhook_reports where provider = $1 and id = $2', provider, id)).length > 0,
  add: (provider, id) =>
    unit().write({
      sql: 'insert into webhook_reports (provider, id, heard_at) values ($1, $2, $3::timestamptz)',
      parameters: [provider, id, clock.now()],
    }),
})

/** Drops what a person could be charged with, and where their payouts go. What was paid stays, under ids that lead nowhere. */
export const forgetPerson = (unit: Unit) => (userId: string) => {
  for (const sql of [
    'delete from payment_methods where user_id = $1',
    `update payments set token = '', action = null where payer_id = $1 and token <> ''`,
    `update payouts set destination = '' where user_id = $1`,
  ])
    unit().write({ sql, parameters: [userId] })
}
