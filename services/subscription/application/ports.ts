import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Money } from '#shared/domain/money.ts'
import type { Charge, PaymentOutcome } from '../domain/charge.ts'
import type { CreditEntry } from '../domain/credit.ts'
import type { Invoice, InvoicePlace } from '../domain/invoice.ts'
import type { Subscription } from '../domain/subscription.ts'
import type { PaymentMethod } from '../domain/subscription-state.ts'
import type { Tier, UsageResource } from '../domain/tier.ts'
import type { Allowance, CounterPlace, CounterReading, UsageReservation } from '../domain/usage.ts'

export interface Tiers {
  /** Cheapest first. */
  all(): Promise<readonly Tier[]>
}

export interface Subscriptions {
  find(userId: string): Promise<Subscription | undefined>
  /** Opens one for whoever has none yet. */
  get(userId: string): Promise<Subscription>
  /** As `get`, for an id that may be nobody's. Throws USER_NOT_FOUND. */
  ofAccount(userId: string): Promise<Subscription>
  /** Throws USER_NOT_FOUND. */
  mustBeAccount(userId: string): Promise<void>
  /** What it allows, read for little; undefined for whoever has none yet. */
  allowance(userId: string): Promise<Allowance | undefined>
  add(subscription: Subscription): void
}

export interface Invoices {
  /** Throws INVOICE_NOT_FOUND. */
  get(id: string): Promise<Invoice>
  ofBill(billId: string): Promise<Invoice | undefined>
  /** Takes the next number of a year; the unit is run again where another one took it meanwhile. */
  nextNumber(year: number): Promise<string>
  add(invoice: Invoice): void
  /** Newest first, after a place. */
  list(userId: string, before: InvoicePlace | undefined, limit: number): Promise<Invoice[]>
}

/** Where credit comes from, and where it goes: written, and never changed. */
export interface Credits {
  add(entry: CreditEntry): void
  /** Newest first, after a place. */
  list(userId: string, before: { time: Date; id: string } | undefined, limit: number): Promise<CreditEntry[]>
  /** Removes everything of a user's. */
  forget(userId: string): void
}

export interface Charges {
  find(id: string): Promise<Charge | undefined>
  add(charge: Charge): void
  /** What an invoice was paid by; undefined where that was credit alone. */
  successful(invoiceId: string): Promise<Charge | undefined>
}

/** Who moves the money. It knows each charge by an id of ours: the same one again charges nothing, and answers what became of it. */
export interface Payments {
  /** Keeps what a token stands for. Throws UNKNOWN_CARD. */
  register(userId: string, token: string): Promise<PaymentMethod>
  /** Forgets what was kept. */
  drop(userId: string, methodId: string): Promise<void>
  charge(charge: {
    paymentId: string
    invoiceId: string
    userId: string
    methodId: string
    amount: Money
    description: string
  }): Promise<PaymentOutcome>
  /** Sees to it that a charge never comes about, unless it has. */
  giveUp(paymentId: string): Promise<PaymentOutcome>
  /** Pays all of a charge back, once for each refund. */
  payBack(paymentId: string, refundId: string): Promise<void>
}

interface Counter {
  used: number
  /** Undefined where there is no limit. */
  allowed: number | undefined
}

export interface Reservation {
  userId: string
  resource: UsageResource
  counterId: string
  amount: number
  state: 'HELD' | 'COMMITTED' | 'RELEASED' | 'LAPSED'
  /** Whether its counter is there. */
  isCounted: boolean
}

/** A reservation that has lapsed, and still counts. */
export interface Lapsed {
  key: string
  amount: number
}

/** What a unit adds to a counter. */
interface CounterChange {
  used: number
  committed?: number
  overrun?: number
}

/**
 * How much is used, and what is set aside. Writes belong to the unit being run, which is run again where another one
 * came first: changed the same counter or reservation, or erased the user.
 */
export interface UsageLedger {
  /** A counter, the reservation of a key, and what of the counter has lapsed. */
  look(
    counterId: string,
    key: string | undefined,
    now: Date,
  ): Promise<{ counter: Counter | undefined; reservation: Reservation | undefined; lapsed: Lapsed[] }>
  reservation(key: string): Promise<Reservation | undefined>
  /** Begins a counter. */
  open(place: CounterPlace, allowed: number | undefined, change: CounterChange): void
  /** Whatever the limit is, unless it is to stay within. Who falls below what was told is told of it again. */
  change(counterId: string, change: CounterChange, isWithinLimit?: boolean): void
  /** Counts what there is no limit for, on a counter that may not be there yet. */
  count(place: CounterPlace, amount: number): void
  /** Lets another limit count from now on. */
  adopt(counterId: string, allowed: number | undefined): void
  hold(key: string, place: CounterPlace, what: { amount: number; now: Date; expiresAt: Date }): void
  /** Keeps a reservation as taken, whatever it was before. */
  take(key: string, place: CounterPlace, what: { amount: number; now: Date }): void
  mark(key: string, from: Reservation['state'], to: Reservation['state']): void
  /** Marks what is held and has lapsed. */
  lapse(keys: readonly string[], now: Date): void
  /** To the later of the two times. */
  prolong(key: string, expiresAt: Date): void
  /** Some counters of which something has lapsed and still counts, but for those that were looked at. */
  lapsing(now: Date, seen: readonly string[]): Promise<string[]>
  /** Some counters whose users are to be told how far they have come, but for those that were looked at. */
  unannounced(seen: readonly string[]): Promise<string[]>
  reading(counterId: string): Promise<(CounterReading & { announced: number }) | undefined>
  /** Notes what was told, unless the counter went on meanwhile. */
  announced(counterId: string, version: number, level: number): void
  newestReservation(counterId: string): Promise<UsageReservation | undefined>
  /** The counters with these ids. */
  counters(ids: readonly string[]): Promise<Map<string, { used: number; committed: number }>>
  /** Removes everything of a user's. */
  forget(userId: string): void
}

/** What the use cases of subscription need. */
export interface Ports {
  tiers: Tiers
  subscriptions: Subscriptions
  invoices: Invoices
  charges: Charges
  credits: Credits
  payments: Payments
  ledger: UsageLedger
  ids: Ids
  clock: Clock
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** Runs once the unit is committed. */
  afterCommit: (run: () => void) => void
  /** A counter may have come far enough for its user to be told. */
  onUsed: () => void
  /** What was to be done to a counter failed; others are not kept from it. */
  passedOver: (purpose: string, counterId: string, error: unknown) => void
  /** On whose behalf, as events name it. */
  actor: () => string
  /** What payment keeps and nobody needs any more could not be dropped. */
  kept: (userId: string, error: unknown) => void
}
