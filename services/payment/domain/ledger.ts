import type { Money } from '#shared/domain/money.ts'

/** What an account gains (above zero) or gives (below). */
export interface Entry {
  account: string
  amount: Money
}

/** Money that moves from some accounts to others, once: its id says because of what. */
export interface Posting {
  id: string
  entries: readonly Entry[]
}

/**
 * A posting of the entries that move something. Throws RangeError unless they sum to zero in each currency: nothing comes
 * from nowhere.
 */
export const postingOf = (id: string, entries: readonly Entry[]): Posting => {
  const sums = new Map<string, bigint>()
  for (const { amount } of entries) sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + amount.minorUnits)
  for (const [currency, sum] of sums) if (sum !== 0n) throw new RangeError(`${id} leaves ${sum} ${currency} over`)
  return { id, entries: entries.filter(({ amount }) => amount.minorUnits !== 0n) }
}

/** The accounts: what providers hold for the mesh and take for it, what it was paid for, and what it owes to whom. */
export const accounts = {
  provider: (name: string) => `provider:${name}`,
  fees: (provider: string) => `fees:${provider}`,
  /** What payers paid for, by the kind of purpose. */
  paid: (kind: string) => `paid:${kind.toLowerCase().replace('_', '-')}`,
  /** What somebody may have paid out. */
  balance: (userId: string) => `balance:${userId}`,
  /** What is on its way to banks. */
  payouts: 'payouts',
  /** Where what people earn comes from. */
  earnings: 'earnings',
}

const back = (amount: Money): Money => amount.times(-1n)

/** A charge came about: the provider holds it, without what it keeps. */
export const chargePosting = (
  id: string,
  to: { provider: string; kind: string; amount: Money; fee: Money },
): Posting => {
  const { provider, kind, amount, fee } = to
  return postingOf(`charge:${id}`, [
    { account: accounts.provider(provider), amount: amount.minus(fee) },
    { account: accounts.fees(provider), amount: fee },
    { account: accounts.paid(kind), amount: back(amount) },
  ])
}

/** A refund left; providers keep their fees. */
export const refundPosting = (id: string, of: { provider: string; kind: string; amount: Money }): Posting =>
  postingOf(`refund:${id}`, [
    { account: accounts.provider(of.provider), amount: back(of.amount) },
    { account: accounts.paid(of.kind), amount: of.amount },
  ])

/** A refund that had left came back. */
export const refundReturnedPosting = (id: string, of: { provider: string; kind: string; amount: Money }): Posting =>
  postingOf(`refund-returned:${id}`, [
    { account: accounts.provider(of.provider), amount: of.amount },
    { account: accounts.paid(of.kind), amount: back(of.amount) },
  ])

const between = (id: string, from: string, to: string, amount: Money): Posting =>
  postingOf(id, [
    { account: from, amount: back(amount) },
    { account: to, amount },
  ])

// What is owed grows below zero: balances are what others may ask for.
/** Somebody earned something. */
export const creditPosting = (id: string, userId: string, amount: Money): Posting =>
  between(`credit:${id}`, accounts.balance(userId), accounts.earnings, amount)

/** A payout was asked for: it is off the balance. */
export const payoutRequestedPosting = (id: string, userId: string, amount: Money): Posting =>
  between(`payout-requested:${id}`, accounts.payouts, accounts.balance(userId), amount)

/** A payout left. */
export const payoutPaidPosting = (id: string, provider: string, amount: Money): Posting =>
  between(`payout:${id}`, accounts.provider(provider), accounts.payouts, amount)

/** A payout came to nothing: it is on the balance again. */
export const payoutFailedPosting = (id: string, userId: string, amount: Money): Posting =>
  between(`payout-failed:${id}`, accounts.balance(userId), accounts.payouts, amount)
