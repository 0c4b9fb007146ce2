import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import {
  InvoiceIssuedSchema,
  PaymentProcessedSchema,
  PaymentStatus,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import type { Money } from '#shared/domain/money.ts'
import type { Period } from './billing-period.ts'
import { cents } from './tier.ts'

/** Where an invoice stands among all. */
export interface InvoicePlace {
  year: number
  /** Which one of the year it is. */
  sequence: number
}

export type Purpose = 'RENEWAL' | 'UPGRADE'
export type InvoiceStatus = 'OPEN' | 'PAID' | 'VOID'

export interface InvoiceLine {
  tier: string
  /** What is paid for; for what was paid already and is not used, the amount is below zero. */
  period: Period
  amount: Money
}

/** A line as it is kept: times in ISO 8601, the amount in cents. */
interface StoredLine {
  tier: string
  start: string
  end: string
  cents: number
}

/** What an invoice is made of. */
export interface InvoiceDraft {
  userId: string
  billId: string
  purpose: Purpose
  lines: readonly InvoiceLine[]
  /** The period that is paid for when it is paid. */
  period: Period
  /** Whether that one begins with the invoice. */
  startsPeriod: boolean
  /** The part of the sum that credit pays. */
  credit: Money
}

export const sumOf = (lines: readonly InvoiceLine[]): Money =>
  lines.reduce((sum, { amount }) => sum.plus(amount), cents(0))

const plain = ({ minorUnits, currency }: Money) => ({ minorUnits, currency })

/** A bill. What it says never changes; only whether it is paid. Amounts are kept in cents. */
export class Invoice extends Aggregate {
  readonly id!: string
  readonly number!: string
  readonly userId!: string
  readonly billId!: string
  readonly purpose!: Purpose
  readonly storedLines!: readonly StoredLine[]
  readonly periodStart!: Date
  readonly periodEnd!: Date
  readonly startsPeriod!: boolean
  readonly total!: number
  readonly creditApplied!: number
  readonly issuedAt!: Date
  status!: InvoiceStatus
  paidAt: Date | undefined
  /** When the subscription was given what it has paid for. */
  settledAt: Date | undefined
  /** How many charges have an outcome. */
  attempts!: number

  static issue(id: string, number: string, draft: InvoiceDraft, now: Date): Invoice {
    const { lines, period, credit, ...rest } = draft
    const total = sumOf(lines)
    const invoice = Object.assign(new Invoice(), {
      ...rest,
      id,
      number,
      storedLines: lines.map(({ tier, period: { start, end }, amount }) => ({
        tier,
        start: start.toISOString(),
        end: end.toISOString(),
        cents: Number(amount.minorUnits),
      })),
      periodStart: period.start,
      periodEnd: period.end,
      total: Number(total.minorUnits),
      creditApplied: Number(credit.minorUnits),
      issuedAt: now,
      status: 'OPEN' as const,
      paidAt: undefined,
      settledAt: undefined,
      attempts: 0,
    })
    invoice.record(InvoiceIssuedSchema, {
      invoiceId: id,
      userId: draft.userId,
      number,
      purpose: InvoicePurpose[draft.purpose],
      total: plain(total),
      amountDue: plain(invoice.amountDue),
    })
    if (invoice.amountDue.minorUnits === 0n) invoice.pay(now)
    return invoice
  }

  get lines(): InvoiceLine[] {
    return this.storedLines.map(({ tier, start, end, cents: amount }) => ({
      tier,
      period: { start: new Date(start), end: new Date(end) },
      amount: cents(amount),
    }))
  }

  get place(): InvoicePlace {
    const [year = 0, sequence = 0] = this.number.split('-').map(Number)
    return { year, sequence }
  }

  get amountDue(): Money {
    return cents(this.total - this.creditApplied)
  }

  get period(): Period {
    return { start: this.periodStart, end: this.periodEnd }
  }

  /** Notes a charge that came about. */
  charged(attempt: number, now: Date): void {
    this.attempts = attempt
    this.pay(now)
  }

  private pay(now: Date): void {
    this.status = 'PAID'
    this.paidAt = now
    this.processed(PaymentStatus.SUCCEEDED, '')
  }

  /** Notes a charge that did not come about. */
  declined(attempt: number, problem: string): void {
    this.attempts = attempt
    this.processed(PaymentStatus.FAILED, problem)
  }

  private processed(status: PaymentStatus, problem: string): void {
    const { id: invoiceId, number: invoiceNumber, userId, attempts: attempt } = this
    const amount = plain(this.amountDue)
    const purpose = InvoicePurpose[this.purpose]
    const invoice = { invoiceId, invoiceNumber, userId, purpose }
    this.record(PaymentProcessedSchema, { ...invoice, amount, status, problem, attempt })
  }

  /** Answers whether it was not settled before. Throws INVOICE_UNPAID. */
  settle(now: Date): boolean {
    if (this.status !== 'PAID') throw precondition('INVOICE_UNPAID', 'the invoice is not paid')
    if (this.settledAt) return false
    this.settledAt = now
    return true
  }

  /** Answers whether it was open before. Throws INVOICE_PAID. */
  void(): boolean {
    if (this.status === 'PAID') throw precondition('INVOICE_PAID', 'the invoice is paid')
    if (this.status === 'VOID') return false
    this.status = 'VOID'
    return true
  }
}

export const invoiceNotFound = () => notFound('INVOICE_NOT_FOUND', 'there is no such invoice')

/** The number of the nth invoice of a year. */
export const invoiceNumber = (year: number, count: number): string => `${year}-${String(count).padStart(6, '0')}`
