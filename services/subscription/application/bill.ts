import { quoteChange } from '../domain/change.ts'
import { Charge, type ChargeResult } from '../domain/charge.ts'
import { Invoice, type InvoiceDraft, sumOf } from '../domain/invoice.ts'
import type { Subscription } from '../domain/subscription.ts'
import { cents, tierOf } from '../domain/tier.ts'
import { giveCredit, noteApplied } from './credit.ts'
import type { Ports } from './ports.ts'

type Draft = Omit<InvoiceDraft, 'credit' | 'userId' | 'billId'>

/** What a bill is to charge for now; undefined where nothing is wanted. */
const draftOf = async (
  { tiers, clock }: Ports,
  subscription: Subscription,
  bill: string,
): Promise<Draft | undefined> => {
  const all = await tiers.all()
  if (subscription.changeBill === bill) {
    const [present, target] = [tierOf(all, subscription.tier), tierOf(all, subscription.changeTier)]
    const quote = quoteChange(subscription, present, target, clock.now())
    return quote.kind === 'upgrade' ? { ...quote, purpose: 'UPGRADE' } : undefined
  }
  const period = subscription.beginRenewal(bill)
  if (!period) return undefined
  const { id: tier, price: amount } = tierOf(all, subscription.tier)
  return { purpose: 'RENEWAL', lines: [{ tier, period, amount }], period, startsPeriod: false }
}

/** Issues the invoice of a bill, once; undefined where nothing is to be billed. Throws CHANGE_PENDING. */
export const issueInvoice =
  (ports: Ports) =>
  async (userId: string, billId: string): Promise<Invoice | undefined> => {
    const { subscriptions, invoices, ids, clock } = ports
    const known = await invoices.ofBill(billId)
    if (known) return known
    const subscription = await subscriptions.get(userId)
    const draft = await draftOf(ports, subscription, billId)
    if (!draft) return undefined
    const credit = subscription.useCredit(sumOf(draft.lines))
    const now = clock.now()
    const number = await invoices.nextNumber(now.getUTCFullYear())
    const invoice = Invoice.issue(ids.next(), number, { ...draft, userId, billId, credit }, now)
    invoices.add(invoice)
    noteApplied(ports, userId, invoice.id, credit)
    return invoice
  }

/** What a provider says of a charge, which may have reached it before. */
const outcomeOf = async (
  { provider, signal }: Ports,
  charge: Charge,
  isNew: boolean,
): Promise<ChargeResult | { status: 'UNKNOWN' }> => {
  if (!isNew) {
    const found = await provider.find(charge.id, signal())
    if (found !== 'ABSENT') return found
  }
  const { id: key, token, amount } = charge
  if (token === '') return { status: 'DECLINED', problem: 'NO_PAYMENT_METHOD' }
  return provider.charge({ key, token, amount: cents(amount) }, signal())
}

/**
 * Charges an invoice, once for each attempt. That it is about to is written down before the provider hears of it, under
 * the key that the provider knows the charge by; whoever comes after a crash asks the provider first.
 */
export const chargeInvoice =
  (ports: Ports) =>
  async (invoiceId: string, attempt: number): Promise<'SUCCEEDED' | 'DECLINED' | 'UNKNOWN'> => {
    const { invoices, charges, subscriptions, clock, apart } = ports
    const invoice = await invoices.get(invoiceId)
    const id = Charge.idOf(invoiceId, attempt)
    const begun = await charges.find(id)
    if (begun && begun.status !== 'BEGUN') return begun.status
    if (invoice.status !== 'OPEN') return invoice.status === 'PAID' ? 'SUCCEEDED' : 'DECLINED'
    const subscription = await subscriptions.get(invoice.userId)
    let isNew = false
    if (!begun) {
      const what = { invoiceId, attempt, amount: Number(invoice.amountDue.minorUnits) }
      const token = subscription.paymentMethod?.token ?? ''
      await apart('begin-charge', async () => {
        isNew = (await charges.find(id)) === undefined // somebody else may begin it at the same time
        if (isNew) charges.add(Charge.begin({ ...what, token }, clock.now()))
      })
    }
    const charge = begun ?? ((await charges.find(id)) as Charge)
    if (charge.status !== 'BEGUN') return charge.status
    const outcome = await outcomeOf(ports, charge, isNew)
    if (outcome.status === 'UNKNOWN') return 'UNKNOWN'
    charge.finish(outcome, clock.now())
    if (outcome.status === 'SUCCEEDED') invoice.charged(attempt, clock.now())
    else {
      invoice.declined(attempt, outcome.problem)
      subscription.paymentProblem = outcome.problem
    }
    return outcome.status
  }

/** Gives what an invoice has paid for; what is not wanted any more becomes credit. Throws INVOICE_UNPAID. */
export const settleInvoice =
  (ports: Ports) =>
  async (invoiceId: string): Promise<void> => {
    const { invoices, subscriptions, tiers, ids, clock } = ports
    const invoice = await invoices.get(invoiceId)
    if (!invoice.settle(clock.now())) return
    const subscription = await subscriptions.get(invoice.userId)
    const isWanted = subscription.settle(invoice, ids.next(), await tiers.all())
    if (!isWanted) giveBack(ports, subscription, invoice, invoice.total)
  }

const giveBack = (ports: Ports, subscription: Subscription, { id: invoiceId }: Invoice, amount: number): void => {
  if (subscription.status === 'EXPIRED') return
  giveCredit(ports, subscription, cents(amount), { reason: 'RETURNED', invoiceId })
}

/** Nothing is owed for an invoice any more. Throws INVOICE_PAID. */
export const voidInvoice =
  (ports: Ports) =>
  async (invoiceId: string): Promise<void> => {
    const { invoices, subscriptions } = ports
    const invoice = await invoices.get(invoiceId)
    if (!invoice.void()) return
    const subscription = await subscriptions.get(invoice.userId)
    giveBack(ports, subscription, invoice, invoice.creditApplied)
    subscription.abandon(invoice)
  }

/** Nothing can be used until an invoice is paid. */
export const suspendSubscription =
  ({ invoices, subscriptions }: Ports) =>
  async (invoiceId: string): Promise<void> => {
    const invoice = await invoices.get(invoiceId)
    if (invoice.status === 'OPEN') (await subscriptions.get(invoice.userId)).suspend(invoice)
  }

/** The tier ends unpaid. Throws INVOICE_PAID. */
export const expireSubscription =
  (ports: Ports) =>
  async (invoiceId: string): Promise<void> => {
    const { invoices, subscriptions } = ports
    const invoice = await invoices.get(invoiceId)
    if (!invoice.void()) return
    const subscription = await subscriptions.get(invoice.userId)
    giveBack(ports, subscription, invoice, invoice.creditApplied)
    subscription.expire(invoice)
  }
