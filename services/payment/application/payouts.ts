import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import { precondition } from '#shared/domain/errors.ts'
import type { Money } from '#shared/domain/money.ts'
import { accounts, creditPosting } from '../domain/ledger.ts'
import type { TransferOutcome } from '../domain/outcome.ts'
import { Payout } from '../domain/payout.ts'
import { isSameAmount } from '../domain/request.ts'
import { ask, nextCheckMs } from './ask.ts'
import type { Ports } from './ports.ts'

const mismatch = () => precondition('CREDIT_MISMATCH', 'this id was used for another credit')

/** Adds to somebody's balance, once for each credit. Throws CREDIT_MISMATCH. */
export const creditBalance =
  ({ ledger }: Ports) =>
  async (creditId: string, userId: string, amount: Money): Promise<void> => {
    const posting = creditPosting(creditId, userId, amount)
    const known = await ledger.has(posting.id)
    const credited = known.find(({ account }) => account === accounts.balance(userId))
    if (known.length > 0) {
      if (!isSameAmount(credited?.amount.times(-1n), amount)) throw mismatch()
      return
    }
    ledger.post(posting)
    ledger.addToBalance(userId, amount)
  }

/** Asks for money to go to somebody's bank. Throws BALANCE_TOO_LOW. */
export const requestPayout =
  ({ ledger, payouts, provider, ids, clock }: Ports) =>
  async (userId: string, amount: Money, destination: string): Promise<Payout> => {
    const what = { id: ids.next(), userId, amount, provider: provider.name, destination }
    const { payout, posting } = Payout.request(what, clock.now())
    payouts.add(payout)
    ledger.post(posting)
    ledger.addToBalance(userId, amount.times(-1n))
    return payout
  }

/** Takes over what the provider said of a payout, within the unit being run. */
export const takeOverPayout =
  ({ payouts, ledger, clock }: Ports) =>
  async (id: string, outcome: TransferOutcome): Promise<void> => {
    const payout = await payouts.find(id)
    if (!payout) return
    const now = clock.now()
    for (const posting of payout.observe(outcome, now)) ledger.post(posting)
    if (payout.status === 'FAILED' && outcome.status === 'FAILED' && payout.settledAt === now)
      ledger.addToBalance(payout.userId, payout.amount)
    if (payout.status !== 'PENDING') return
    payout.nextCheckAt = new Date(now.getTime() + nextCheckMs(payout.checks))
    payout.checks += 1
  }

/** Asks what became of a payout, and for it where the provider never heard of it. */
export const followPayout =
  (ports: Ports) =>
  async (id: string): Promise<void> => {
    const { payouts, provider } = ports
    const payout = await payouts.find(id)
    if (payout?.status !== 'PENDING') return
    const { amount, destination: target, externalId } = payout
    const transfer = { key: id, amount, target, externalId }
    const about = { purpose: 'payout', id }
    const found = await ask(ports, about, (signal) => provider.findPayout(transfer, signal))
    if (found !== 'ABSENT') return takeOverPayout(ports)(id, found)
    const gone = { status: 'FAILED', reason: 'NO_DESTINATION' } as const
    const outcome = target === '' ? gone : await ask(ports, about, (signal) => provider.payOut(transfer, signal))
    await takeOverPayout(ports)(id, outcome)
  }

/** A user's payouts, newest first, and what is left. Throws INVALID_PAGE_TOKEN. */
export const listPayouts =
  ({ payouts, ledger }: Ports) =>
  async (userId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const [rows, balances] = await Promise.all([
      payouts.list(userId, decodeTimePosition(page.pageToken), size + 1),
      ledger.balances(userId),
    ])
    return { ...pageOf(rows, size, ({ requestedAt, id }) => [requestedAt.getTime(), id]), balances }
  }
