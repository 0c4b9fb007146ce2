import type { Clock } from '#shared/domain/clock.ts'
import type { DomainError } from '#shared/domain/errors.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Money } from '#shared/domain/money.ts'
import type { Charge, ChargeResult } from '../domain/charge.ts'
import type { Invoice } from '../domain/invoice.ts'
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
  /** Newest first, after a number. */
  list(userId: string, before: string | undefined, limit: number): Promise<Invoice[]>
}

export interface Charges {
  find(id: string): Promise<Charge | undefined>
  add(charge: Charge): void
  /** Removes what charges of a user's that have no outcome were to be made with; who is asked for the outcome knows it. */
  forgetTokens(userId: string): void
}

/**
 * Who moves the money. It knows each charge by our key: the same one again charges nothing, and answers what became of
 * it. Whatever goes wrong on the way there or back is UNKNOWN.
 */
export interface PaymentProvider {
  /** What may be shown of what a token stands for; undefined for one that it does not know. */
  describe(token: string, signal: AbortSignal): Promise<Omit<PaymentMethod, 'token'> | undefined>
  charge(
    charge: { key: string; token: string; amount: Money },
    signal: AbortSignal,
  ): Promise<ChargeResult | { status: 'UNKNOWN' }>
  /** ABSENT when it has never heard of the charge. */
  find(key: string, signal: AbortSignal): Promise<ChargeResult | { status: 'UNKNOWN' } | 'ABSENT'>
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
}

/** A reservation that has lapsed, and still counts. */
export interface Lapsed {
  key: string
  counterId: string
  amount: number
}

/** What a unit adds to a counter. */
interface CounterChange {
  used: number
  committed?: number
  overrun?: number
}

/** How much is used, and what is set aside. Writes belong to the unit being run. */
export interface UsageLedger {
  /** A counter, the reservation of a key, and what of the counter has lapsed. */
  look(
    counterId: string,
    key: string,
    now: Date,
  ): Promise<{ counter: Counter | undefined; reservation: Reservation | undefined; lapsed: Lapsed[] }>
  reservation(key: string): Promise<Reservation | undefined>
  /** Begins a counter; the unit is run again where another one began it. */
  open(place: CounterPlace, allowed: number | undefined, change: CounterChange): void
  /** Within the limit where `orElse` is given, else whatever it is. */
  change(counterId: string, change: CounterChange, orElse?: DomainError): void
  /** Counts what there is no limit for, on a counter that may not be there yet. */
  count(place: CounterPlace, amount: number): void
  /** Lets another limit count from now on. */
  adopt(counterId: string, allowed: number | undefined): void
  hold(key: string, place: CounterPlace, what: { amount: number; now: Date; expiresAt: Date }): void
  /** Keeps a reservation as taken, whatever it was before. */
  take(key: string, place: CounterPlace, what: { amount: number; now: Date }): void
  /** The unit is run again where another one changed the reservation meanwhile. */
  mark(key: string, from: Reservation['state'], to: Reservation['state']): void
  prolong(key: string, expiresAt: Date): void
  /** Removes some reservations of before a time that nothing asks about any more, at once. */
  forgetOld(before: Date): Promise<void>
  /** Some of what has lapsed and still counts. */
  lapsed(now: Date): Promise<Lapsed[]>
  /** Counters whose users are to be told how far they have come. */
  unannounced(): Promise<string[]>
  reading(counterId: string): Promise<(CounterReading & { announced: number }) | undefined>
  /** Notes what was told; the unit is run again where the counter went on meanwhile. */
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
  provider: PaymentProvider
  ledger: UsageLedger
  ids: Ids
  clock: Clock
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** Runs once the unit is committed. */
  afterCommit: (run: () => void) => void
  /** A counter may have come far enough for its user to be told. */
  onUsed: () => void
  /** Aborts when nobody waits any more. */
  signal: () => AbortSignal
}
