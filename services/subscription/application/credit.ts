import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import type { Money } from '#shared/domain/money.ts'
import { type CreditCause, CreditEntry } from '../domain/credit.ts'
import type { Subscription } from '../domain/subscription.ts'
import { cents } from '../domain/tier.ts'
import type { Ports } from './ports.ts'

type CreditPorts = Pick<Ports, 'credits' | 'ids' | 'clock'>

const write = ({ credits, ids, clock }: CreditPorts, userId: string, amount: Money, cause: CreditCause): void => {
  if (amount.minorUnits === 0n) return
  credits.add(CreditEntry.of(ids.next(), userId, Number(amount.minorUnits), cause, clock.now()))
}

/** Gives credit, and writes down why. Throws CURRENCY_MISMATCH, SUBSCRIPTION_EXPIRED. */
export const giveCredit = (ports: CreditPorts, subscription: Subscription, amount: Money, cause: CreditCause): void => {
  subscription.grant(amount)
  write(ports, subscription.id, amount, cause)
}

/** Writes down what of a user's credit an invoice took. */
export const noteApplied = (ports: CreditPorts, userId: string, invoiceId: string, amount: Money): void =>
  write(ports, userId, cents(0).minus(amount), { reason: 'APPLIED', invoiceId })

/** How a user's credit came to be, newest first. Throws INVALID_PAGE_TOKEN. */
export const listCredits =
  ({ credits }: Ports) =>
  async (userId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const rows = await credits.list(userId, decodeTimePosition(page.pageToken), size + 1)
    return pageOf(rows, size, ({ at, id }) => [at.getTime(), id])
  }
