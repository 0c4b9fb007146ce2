import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '#shared/domain/clock.ts'
import { Money } from '#shared/domain/money.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { failpoint } from '#shared/infrastructure/failpoints.ts'
import type { Answer, Charge, PaymentProvider } from '../../application/provider.ts'
import type { Movement } from '../../domain/reconciliation.ts'
import { cardOf, type TestCard } from './sandbox-cards.ts'
import { externalIdOf, noteReportSql, reportReader, reportValues } from './sandbox-reports.ts'
import { createSandboxTransfers } from './sandbox-transfers.ts'

/** How long a card that hangs does. */
export const hangMs = 5000

interface ChargeRow extends Record<string, unknown> {
  status: 'SUCCEEDED' | 'FAILED' | 'REQUIRES_ACTION' | 'CANCELLED'
  reason: string
  fee: number
  currency: string
  decided_at: Date
  times_asked: number
}

/** What it keeps of a charge: 1.4 % and 25 minor units, and never more than half of it. */
export const feeOf = (minorUnits: number): number => Math.min(Math.round(minorUnits * 0.014) + 25, minorUnits >> 1)

const undecided = (card: TestCard) => (card.needsAction ? 'REQUIRES_ACTION' : 'SUCCEEDED')

/**
 * A payment provider to try things with: no money moves, and test cards misbehave. It keeps what it was asked for like a
 * company of its own, beside any unit of work, so that a crash of the mesh does not touch it.
 */
export const createSandbox = (
  { database, clock, secret }: { database: Database; clock: Clock; secret: string },
  onReport: () => void = () => {},
): PaymentProvider => {
  const answerOf = (key: string, row: ChargeRow): Answer => {
    const externalId = externalIdOf(key)
    if (row.decided_at > clock.now()) return { status: 'PROCESSING' }
    switch (row.status) {
      case 'SUCCEEDED':
        return { status: 'SUCCEEDED', externalId, fee: Money.of(BigInt(row.fee), row.currency) }
      case 'FAILED':
        return { status: 'FAILED', reason: row.reason }
      case 'REQUIRES_ACTION':
        return {
          status: 'REQUIRES_ACTION',
          externalId,
          action: { redirectUrl: `https://sandbox.invalid/confirm/${key}`, clientSecret: `${externalId}_secret` },
        }
      case 'CANCELLED':
        return { status: 'CANCELLED' }
    }
  }
  const report = async (key: string, row: ChargeRow): Promise<void> => {
    const { status, reason, fee, currency } = row
    await database.sql(
      noteReportSql,
      ...reportValues({ topic: 'PAYMENT', key, status, reason, fee, currency }, row.decided_at),
    )
    onReport()
  }
  const stored = async (key: string): Promise<ChargeRow | undefined> => {
    const [row] = await database.sql<ChargeRow>('select * from sandbox_charges where key = $1', key)
    return row
  }
  /** Writes a charge down, once; answers what there is. */
  const decide = async ({ key, token, amount, reference }: Charge, card: TestCard | undefined): Promise<ChargeRow> => {
    const units = Number(amount.minorUnits)
    const now = clock.now()
    const decidedAt = card?.hangs ? new Date(now.getTime() + hangMs) : now
    const [row] = await database.sql<ChargeRow>(
      `insert into sandbox_charges as s (key, token, reference, amount, currency, fee, status, reason, decided_at)
       select $1, $2, $3, $4, $5, $6, case when declined then 'FAILED' else $7 end, case when declined then $8 else '' end, $9
       from (select $8 <> '' and (not $10 or not exists (select from sandbox_charges where reference = $3 and key <> $1))
         as declined) d
       on conflict (key) do update set times_asked = s.times_asked + 1 returning *`,
      key,
      token,
      reference,
      units,
      amount.currency,
      feeOf(units),
      card ? undecided(card) : 'SUCCEEDED',
      card ? (card.declines ?? '') : 'UNKNOWN_CARD',
      decidedAt,
      card?.isDeclinedOnce ?? false,
    )
    if (row?.times_asked === 1) await report(key, row)
    return row as ChargeRow
  }
  /** Goes on with what waits for its payer. */
  const end = async (key: string, status: 'SUCCEEDED' | 'CANCELLED'): Promise<Answer> => {
    const [ended] = await database.sql<ChargeRow>(
      `update sandbox_charges set status = $2, decided_at = $3 where key = $1 and status = 'REQUIRES_ACTION' returning *`,
      key,
      status,
      clock.now(),
    )
    if (ended) await report(key, ended)
    const row = ended ?? (await stored(key))
    return row ? answerOf(key, row) : { status: 'UNKNOWN' }
  }
  const movements = async (from: Date, to: Date): Promise<Movement[]> => {
    const rows = await database.sql<{ id: string; amount: number; currency: string }>(
      `select 'charge:' || key as id, amount, currency from sandbox_charges
         where status = 'SUCCEEDED' and decided_at >= $1 and decided_at < $2
       union all select kind || ':' || key, -amount, currency from sandbox_transfers
         where status = 'DONE' and decided_at >= $1 and decided_at < $2`,
      from,
      to,
    )
    return rows.map(({ id, amount, currency }) => ({ id, amount: Money.of(BigInt(amount), currency) }))
  }
  return {
    name: 'sandbox',
    describe: async (token) => {
      const card = cardOf(token)
      return card && { brand: card.brand, last4: card.last4 }
    },
    charge: async (charge, signal) => {
      const card = cardOf(charge.token)
      if (card?.slowMs) await sleep(card.slowMs, undefined, { signal })
      failpoint('charge:before')
      const row = await decide(charge, card)
      failpoint('charge:after')
      if (card?.losesAnswers && row.times_asked === 1) return { status: 'UNKNOWN' }
      if (card?.hangs && row.times_asked === 1) await sleep(hangMs, undefined, { signal })
      return answerOf(charge.key, row)
    },
    find: async ({ key }) => {
      const row = await stored(key)
      return row ? answerOf(key, row) : 'ABSENT'
    },
    confirm: ({ key }) => end(key, 'SUCCEEDED'),
    cancel: async ({ key, token, amount, reference }) => {
      await database.sql(
        `insert into sandbox_charges (key, token, reference, amount, currency, fee, status, reason, decided_at)
         values ($1, $2, $3, $4, $5, 0, 'CANCELLED', '', $6) on conflict (key) do nothing`,
        key,
        token,
        reference,
        Number(amount.minorUnits),
        amount.currency,
        clock.now(),
      )
      return end(key, 'CANCELLED')
    },
    ...createSandboxTransfers({ database, clock }, onReport),
    movements,
    report: reportReader(secret),
  }
}
