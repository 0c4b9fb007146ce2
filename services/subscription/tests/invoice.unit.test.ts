import { expect, it } from 'vitest'
import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { PaymentProcessedSchema, PaymentStatus } from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Invoice, invoiceNumber } from '../domain/invoice.ts'
import { cents } from '../domain/tier.ts'

const now = new Date('2026-11-20T10:00:00Z')
const period = { start: now, end: new Date('2026-12-20T10:00:00Z') }

const issue = (credit: number) => {
  const lines = [{ tier: 'SILVER', period, amount: cents(999) }]
  const draft = { userId: 'u1', billId: 'b1', purpose: 'UPGRADE' as const, lines, period, startsPeriod: true }
  return Invoice.issue('i1', invoiceNumber(2026, 42), { ...draft, credit: cents(credit) }, now)
}

const paymentsOf = (invoice: Invoice) =>
  recordedEvents(invoice)
    .filter(({ schema }) => schema === PaymentProcessedSchema)
    .map(({ message }) => message)

it('an invoice tells of each payment by its number, of what, and of how much', () => {
  const invoice = issue(200)
  invoice.declined(1, 'CARD_DECLINED')
  invoice.charged(2, now)
  const same = {
    invoiceId: 'i1',
    invoiceNumber: '2026-000042',
    userId: 'u1',
    purpose: InvoicePurpose.UPGRADE,
    amount: { minorUnits: 799n, currency: 'USD' },
  }
  expect(paymentsOf(invoice)).toMatchObject([
    { ...same, status: PaymentStatus.FAILED, attempt: 1, problem: 'CARD_DECLINED' },
    { ...same, status: PaymentStatus.SUCCEEDED, attempt: 2, problem: '' },
  ])
})

it('an invoice that credit alone pays tells of nothing charged', () => {
  expect(paymentsOf(issue(999))).toMatchObject([
    { invoiceNumber: '2026-000042', status: PaymentStatus.SUCCEEDED, attempt: 0, amount: { minorUnits: 0n } },
  ])
})
