import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Money } from '#shared/domain/money.ts'
import type { Posting } from '../domain/ledger.ts'
import type { Payment } from '../domain/payment.ts'
import type { PaymentMethod } from '../domain/payment-method.ts'
import type { PaymentStatus, Refund } from '../domain/payment-state.ts'
import type { Payout } from '../domain/payout.ts'
import type { Movement } from '../domain/reconciliation.ts'
import type { Purpose } from '../domain/request.ts'
import type { Action, Charge, PaymentProvider, Transfer } from './provider.ts'

/** A payment as it is shown. */
export interface PaymentView {
  id: string
  purpose: Purpose
  payerId: string
  amount: Money
  status: PaymentStatus
  methodId: string
  description: string
  failureReason: string
  action: Action | undefined
  refunded: Money
  refunds: readonly (Refund & { requestedAt: Date })[]
  externalId: string
  provider: string
  createdAt: Date
  updatedAt: Date
}

/** What is kept beside a payment's events: what is no history. */
export interface Beside {
  /** What it is charged with, while it is undecided. */
  token?: string
  action?: Action | undefined
  /** When its provider is asked next. */
  nextCheckAt: Date | undefined
  checks: number
}

export interface Payments {
  find(id: string): Promise<Payment | undefined>
  /** Throws PAYMENT_NOT_FOUND. */
  get(id: string): Promise<Payment>
  /** Writes what it recorded, and what is shown of it. */
  save(payment: Payment, beside: Beside): void
  /** What is undecided or successful of a purpose. */
  takenBy(purpose: Purpose): Promise<{ id: string; isPaid: boolean } | undefined>
  /** What its provider is asked; undefined for one that was never initiated. */
  charge(id: string): Promise<(Charge & { checks: number; nextCheckAt: Date | undefined }) | undefined>
  /** Notes when its provider is asked next. */
  recheck(id: string, at: Date, checks: number): void
  recheckRefund(id: string, at: Date, checks: number): void
  refund(id: string): Promise<(Transfer & { paymentId: string; checks: number; isPending: boolean }) | undefined>
  /** Some whose providers are to be asked, but for those that were looked at. */
  due(now: Date, seen: readonly string[]): Promise<string[]>
  dueRefunds(now: Date, seen: readonly string[]): Promise<string[]>
}

interface Place {
  time: Date
  id: string
}

export interface HistoryEntry {
  event: string
  text: string
  at: Date
  actor: string
  version: number
}

export interface Reads {
  payment(id: string): Promise<PaymentView | undefined>
  ofPurpose(purpose: Purpose): Promise<PaymentView | undefined>
  payments(payerId: string, before: Place | undefined, limit: number): Promise<PaymentView[]>
  history(id: string): Promise<HistoryEntry[]>
}

export interface Methods {
  find(id: string): Promise<PaymentMethod | undefined>
  ofUser(userId: string): Promise<PaymentMethod[]>
  add(method: PaymentMethod): void
  remove(id: string): void
}

export interface Payouts {
  find(id: string): Promise<Payout | undefined>
  add(payout: Payout): void
  due(now: Date, seen: readonly string[]): Promise<string[]>
  list(userId: string, before: Place | undefined, limit: number): Promise<Payout[]>
}

export interface Ledger {
  /** Writes a posting, once. */
  post(posting: Posting): void
  has(id: string): Promise<{ account: string; amount: Money }[]>
  balances(userId: string): Promise<Money[]>
  /** Changes what somebody may have paid out. The unit fails with BALANCE_TOO_LOW below zero. */
  addToBalance(userId: string, amount: Money): void
  /** What moved at a provider from a time on, before another. */
  movements(provider: string, from: Date, to: Date): Promise<Movement[]>
}

/** Reports that were heard. */
export interface Heard {
  has(provider: string, id: string): Promise<boolean>
  add(provider: string, id: string): void
}

/** What the use cases of payment need. */
export interface Ports {
  payments: Payments
  reads: Reads
  methods: Methods
  payouts: Payouts
  ledger: Ledger
  heard: Heard
  provider: PaymentProvider
  /** How long a provider is waited for, in milliseconds. */
  waitMs: number
  clock: Clock
  ids: Ids
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** What was to be done to one failed; others are not kept from it. */
  passedOver: (purpose: string, id: string, error: unknown) => void
  /** A provider did not answer as it should. */
  troubled: (purpose: string, id: string, error: unknown) => void
  /** Drops what a person could be charged with. */
  forget: (userId: string) => void
}
