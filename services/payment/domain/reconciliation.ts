import { invalid } from '#shared/domain/errors.ts'
import { Money } from '#shared/domain/money.ts'
import { isSameAmount } from './request.ts'

const mostMs = 31 * 24 * 60 * 60_000

/** Something that moved: `charge:<payment>` above zero, `refund:<refund>` and `payout:<payout>` below. */
export interface Movement {
  id: string
  amount: Money
}

export interface Discrepancy {
  kind: 'MISSING_AT_PROVIDER' | 'MISSING_IN_LEDGER' | 'DIFFERENT_AMOUNT'
  movement: string
  ledger: Money | undefined
  provider: Money | undefined
}

/** Throws PERIOD_EMPTY, PERIOD_TOO_LONG. */
export const mustBePeriod = (from: Date, to: Date): void => {
  if (to <= from) throw invalid('to', 'PERIOD_EMPTY', 'must be after from')
  if (to.getTime() - from.getTime() > mostMs) throw invalid('to', 'PERIOD_TOO_LONG', 'at most 31 days after from')
}

const totalsOf = (movements: readonly Movement[]): Map<string, Money> => {
  const totals = new Map<string, Money>()
  for (const { amount } of movements) {
    const before = totals.get(amount.currency)
    totals.set(amount.currency, before ? before.plus(amount) : amount)
  }
  return totals
}

/** Compares what the ledger has with what the provider says, movement by movement. */
export const reconcile = (ledger: readonly Movement[], provider: readonly Movement[]) => {
  const [ours, theirs] = [ledger, provider].map((all) => new Map(all.map(({ id, amount }) => [id, amount])))
  const discrepancies = [...new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])].flatMap(
    (movement): Discrepancy[] => {
      const [mine, other] = [ours?.get(movement), theirs?.get(movement)]
      if (isSameAmount(mine, other)) return []
      const kind = !other ? 'MISSING_AT_PROVIDER' : mine ? 'DIFFERENT_AMOUNT' : 'MISSING_IN_LEDGER'
      return [{ kind, movement, ledger: mine, provider: other }]
    },
  )
  const [mine, other] = [totalsOf(ledger), totalsOf(provider)]
  const totals = [...new Set([...mine.keys(), ...other.keys()])].sort().map((currency) => ({
    ledger: mine.get(currency) ?? Money.of(0n, currency),
    provider: other.get(currency) ?? Money.of(0n, currency),
  }))
  return { totals, discrepancies }
}
