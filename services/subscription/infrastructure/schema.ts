import { defineEntity, p } from '@mikro-orm/core'
import { Charge } from '../domain/charge.ts'
import { CreditEntry } from '../domain/credit.ts'
import { Invoice } from '../domain/invoice.ts'
import { Subscription } from '../domain/subscription.ts'
import type { PaymentMethod } from '../domain/subscription-state.ts'
import { UsageReservation } from '../domain/usage.ts'

const SubscriptionSchema = defineEntity({
  class: Subscription,
  tableName: 'subscriptions',
  properties: {
    id: p.uuid().primary(),
    tier: p.text(),
    status: p.text().$type<Subscription['status']>(),
    isComplimentary: p.boolean(),
    anchor: p.datetime(3),
    paidFrom: p.datetime(3).nullable(),
    paidUntil: p.datetime(3).nullable(),
    nextTier: p.text(),
    renewalBill: p.uuid().nullable(),
    isOverdue: p.boolean(),
    changeBill: p.uuid().nullable(),
    changeTier: p.text(),
    credit: p.integer(),
    paymentMethod: p.json<PaymentMethod>().nullable(),
    paymentProblem: p.text(),
    createdAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

const InvoiceSchema = defineEntity({
  class: Invoice,
  tableName: 'invoices',
  properties: {
    id: p.uuid().primary(),
    number: p.text(),
    userId: p.uuid(),
    billId: p.uuid(),
    purpose: p.text().$type<Invoice['purpose']>(),
    storedLines: p.json<Invoice['storedLines']>().name('lines'),
    periodStart: p.datetime(3),
    periodEnd: p.datetime(3),
    startsPeriod: p.boolean(),
    total: p.integer(),
    creditApplied: p.integer(),
    issuedAt: p.datetime(3),
    status: p.text().$type<Invoice['status']>(),
    paidAt: p.datetime(3).nullable(),
    settledAt: p.datetime(3).nullable(),
    attempts: p.integer(),
    revision: p.integer().version(),
  },
})

const ChargeSchema = defineEntity({
  class: Charge,
  tableName: 'charges',
  properties: {
    id: p.text().primary(),
    paymentId: p.uuid(),
    invoiceId: p.uuid(),
    attempt: p.integer(),
    amount: p.integer(),
    methodId: p.text(),
    status: p.text().$type<Charge['status']>(),
    problem: p.text(),
    providerId: p.text(),
    begunAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
})

const CreditEntrySchema = defineEntity({
  class: CreditEntry,
  tableName: 'credit_entries',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    amount: p.integer(),
    reason: p.text().$type<CreditEntry['reason']>(),
    grantedBy: p.text(),
    invoiceId: p.uuid().nullable(),
    at: p.datetime(3),
  },
})

const UsageReservationSchema = defineEntity({
  class: UsageReservation,
  tableName: 'reservations',
  properties: {
    id: p.uuid().primary().name('key'),
    counterId: p.text(),
    revision: p.integer().version(),
  },
})

/** How the aggregates of subscription are mapped. */
export const entities = [SubscriptionSchema, InvoiceSchema, ChargeSchema, CreditEntrySchema, UsageReservationSchema]
