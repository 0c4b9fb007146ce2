import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import { unavailable } from '#shared/domain/errors.ts'
import { mustBePeriod, reconcile } from '../domain/reconciliation.ts'
import { type Purpose, paymentNotFound } from '../domain/request.ts'
import { ask } from './ask.ts'
import type { HistoryEntry, PaymentView, Ports } from './ports.ts'

/** A payment; only its payer's where one is given. Throws PAYMENT_NOT_FOUND. */
export const getPayment =
  ({ reads }: Ports) =>
  async (id: string, payer?: string): Promise<PaymentView> => {
    const view = await reads.payment(id)
    if (!view || (payer !== undefined && view.payerId !== payer)) throw paymentNotFound()
    return view
  }

/** Throws PAYMENT_NOT_FOUND. */
export const findPaymentOfPurpose =
  ({ reads }: Ports) =>
  async (purpose: Purpose): Promise<PaymentView> => {
    const view = await reads.ofPurpose(purpose)
    if (!view) throw paymentNotFound()
    return view
  }

/** Somebody's payments, newest first. Throws INVALID_PAGE_TOKEN. */
export const listPayments =
  ({ reads }: Ports) =>
  async (payerId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const rows = await reads.payments(payerId, decodeTimePosition(page.pageToken), size + 1)
    return pageOf(rows, size, ({ createdAt, id }) => [createdAt.getTime(), id])
  }

/** What happened to a payment. Throws PAYMENT_NOT_FOUND. */
export const getHistory = (ports: Ports) => {
  const get = getPayment(ports)
  return async (id: string, payer?: string): Promise<HistoryEntry[]> => {
    await get(id, payer)
    return ports.reads.history(id)
  }
}

/** Compares the ledger with the provider. Throws PERIOD_EMPTY, PERIOD_TOO_LONG, PROVIDER_UNAVAILABLE. */
export const getReconciliation = (ports: Ports) => async (from: Date, to: Date) => {
  const { ledger, provider } = ports
  mustBePeriod(from, to)
  const about = { purpose: 'reconcile', id: provider.name }
  const [ours, theirs] = await Promise.all([
    ledger.movements(provider.name, from, to),
    ask(ports, about, (signal) => provider.movements(from, to, signal)),
  ])
  if ('status' in theirs) throw unavailable('PROVIDER_UNAVAILABLE', 'the provider does not answer; try again')
  return { provider: provider.name, from, to, ...reconcile(ours, theirs) }
}
