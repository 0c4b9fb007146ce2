import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { PaymentProvider, Transfer } from '../../application/provider.ts'
import type { TransferOutcome } from '../../domain/outcome.ts'
import { cardOf } from './sandbox-cards.ts'
import { externalIdOf, noteReportSql, reportValues } from './sandbox-reports.ts'

type Kind = 'refund' | 'payout'

interface TransferRow extends Record<string, unknown> {
  status: 'DONE' | 'FAILED'
  reason: string
  isNew: boolean
}

/** Destinations whose bank sends the money back at once. */
const closed = 'acct_closed'

/** What the sandbox pays: refunds of its charges, and payouts. */
export const createSandboxTransfers = (
  { database, clock }: { database: Database; clock: Clock },
  onReport: () => void,
): Pick<PaymentProvider, 'refund' | 'findRefund' | 'payOut' | 'findPayout'> => {
  const outcomeOf = (key: string, { status, reason }: TransferRow): TransferOutcome =>
    status === 'DONE' ? { status, externalId: externalIdOf(key) } : { status, reason }

  const transfer = async (kind: Kind, { key, amount, target }: Transfer, refusal: string): Promise<TransferOutcome> => {
    const [units, now, status] = [Number(amount.minorUnits), clock.now(), refusal ? 'FAILED' : 'DONE']
    const [made] = await database.sql<TransferRow>(
      `insert into sandbox_transfers (key, kind, target, amount, currency, status, reason, decided_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing returning status, reason`,
      key,
      kind,
      target,
      units,
      amount.currency,
      status,
      refusal,
      now,
    )
    if (made) {
      const topic = kind === 'refund' ? 'REFUND' : 'PAYOUT'
      const decided = { topic, key, status, reason: refusal, fee: 0, currency: amount.currency } as const
      await database.sql(noteReportSql, ...reportValues(decided, now))
      onReport()
      return outcomeOf(key, made)
    }
    return (await find(key)) as TransferOutcome
  }

  const find = async (key: string): Promise<TransferOutcome | 'ABSENT'> => {
    const [row] = await database.sql<TransferRow>('select status, reason from sandbox_transfers where key = $1', key)
    return row ? outcomeOf(key, row) : 'ABSENT'
  }

  /** Why a charge pays nothing back; empty where it does. */
  const refundRefusal = async ({ key, target, amount }: Transfer): Promise<string> => {
    const [charge] = await database.sql<{ token: string; left: number }>(
      `select token, (amount - (select coalesce(sum(amount), 0) from sandbox_transfers
         where target = $2 and kind = 'refund' and status = 'DONE' and key <> $3))::bigint as left
       from sandbox_charges where key = $1 and status = 'SUCCEEDED'`,
      target.replace(/^sandbox_/, ''),
      target,
      key,
    )
    if (!charge) return 'NOT_CHARGED'
    if (cardOf(charge.token)?.refusesRefunds) return 'REFUND_REFUSED'
    return charge.left < Number(amount.minorUnits) ? 'CHARGE_ALREADY_REFUNDED' : ''
  }

  return {
    refund: async (refund) => transfer('refund', refund, await refundRefusal(refund)),
    findRefund: ({ key }) => find(key),
    payOut: (payout) => transfer('payout', payout, payout.target === closed ? 'ACCOUNT_CLOSED' : ''),
    findPayout: ({ key }) => find(key),
  }
}
