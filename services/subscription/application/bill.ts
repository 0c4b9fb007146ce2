import { quoteChange } from '../domain/change.ts'
import { Charge, type PaymentOutcome } from '../domain/charge.ts'
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

/** What payment says of a charge, which may have reached it before. Who left is charged no more. */
const outcomeOf = (
  { payments }: Ports,
  { paymentId, invoiceId, methodId, amount }: Charge,
  { number }: Invoice,
  { id: userId, status }: Subscription,
): Promise<PaymentOutcome> => {
  if (status === 'EXPIRED') return payments.giveUp(paymentId)
  if (methodId === '') return Promise.resolve({ status: 'DECLINED', problem: 'NO_PAYMENT_METHOD' })
  const description = `Invoice ${number}`
  return payments.charge({ paymentId, invoiceId, userId, methodId, amount: cents(amount), description })
}

/** Writes down that an attempt is about to charge, once. */
const beginCharge = async (
  { charges, ids, clock, apart }: Ports,
  invoice: Invoice,
  attempt: number,
  methodId: string,
): Promise<Charge> => {
  const { id: invoiceId, amountDue } = invoice
  const id = Charge.idOf(invoiceId, attempt)
  await apart('begin-charge', async () => {
    if (await charges.find(id)) return // somebody else may begin it at the same time
    const amount = Number(amountDue.minorUnits)
    charges.add(Charge.begin({ paymentId: ids.next(), invoiceId, attempt, amount, methodId }, clock.now()))
  })
  return (await charges.find(id)) as Charge
}

/**
 * Charges an invoice, once for each attempt. That it is about to is written down before payment hears of it, under the
 * id that payment knows the charge by; whoever comes after a crash asks for the same one.
 */
export const chargeInvoice =
  (ports: Ports) =>
  async (invoiceId: string, attempt: number): Promise<'SUCCEEDED' | 'DECLINED' | 'UNKNOWN'> => {
    const { invoices, charges, subscriptions, clock } = ports
    const invoice = await invoices.get(invoiceId)
    const begun = await charges.find(Charge.idOf(invoiceId, attempt))
    if (begun && begun.status !== 'BEGUN') return begun.status
    if (invoice.status !== 'OPEN') return invoice.status === 'PAID' ? 'SUCCEEDED' : 'DECLINED'
    const subscription = await subscriptions.get(invoice.userId)
    const methodId = subscription.paymentMethod?.methodId ?? ''
    const charge = begun ?? (await beginCharge(ports, invoice, attempt, methodId))
    if (charge.status !== 'BEGUN') return charge.status
    const outcome = await outcomeOf(ports, charge, invoice, subscription)
    if (outcome.status === 'UNKNOWN') {
      if (outcome.problem) subscription.paymentProblem = outcome.problem
      return 'UNKNOWN'
    }
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
    if (isWanted) return
    if (subscription.status === 'EXPIRED') await payBack(ports, invoice)
    else giveBack(ports, subscription, invoice, invoice.total)
  }

/** There is nobody to credit: what was charged goes back. The invoice's id makes that once. */
const payBack = async ({ charges, payments }: Ports, { id }: Invoice): Promise<void> => {
  const charge = await charges.successful(id)
  if (charge) await payments.payBack(charge.paymentId, id)
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
