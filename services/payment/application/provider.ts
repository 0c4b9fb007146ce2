import type { Money } from '#shared/domain/money.ts'
import type { ChargeOutcome, TransferOutcome } from '../domain/outcome.ts'
import type { Movement } from '../domain/reconciliation.ts'

/** What the payer is to do; see NextAction in the contract. */
export interface Action {
  redirectUrl: string
  clientSecret: string
}

/** A charge, as a provider is asked for it. */
export interface Charge {
  /** Ours: the payment's id. The provider charges once under it. */
  key: string
  /** What the charge is made with; empty where that is gone. */
  token: string
  amount: Money
  description: string
  /** What is paid for, e.g. `INVOICE:<id>`. */
  reference: string
  /** What the provider calls it; empty while it has not said. */
  externalId: string
}

export type Answer = ChargeOutcome & { action?: Action }

/** Something a provider is asked to pay: a refund of a charge, or a payout. */
export interface Transfer {
  key: string
  amount: Money
  /** Of a refund: the charge; of a payout: where to. */
  target: string
  /** What the provider calls the charge, or the transfer itself; empty while it has not said. */
  externalId: string
}

export type WebhookTopic = 'PAYMENT' | 'REFUND' | 'PAYOUT'

/** What a provider reports by itself. Without an outcome it is asked. */
export interface Report {
  /** The provider's own; the same one again says nothing new. */
  id: string
  topic: WebhookTopic
  /** Ours. */
  key: string
  externalId: string
  charge?: Answer
  transfer?: TransferOutcome
}

/**
 * Who moves the money. It knows everything by our keys: the same one again moves nothing, and answers what became of
 * it. Whatever goes wrong on the way there or back is UNKNOWN.
 */
export interface PaymentProvider {
  readonly name: string
  /**
   * What may be shown of what a token stands for, and the token to keep where that is another; undefined for one that it
   * does not know.
   */
  describe(token: string, signal: AbortSignal): Promise<{ brand: string; last4: string; token?: string } | undefined>
  charge(charge: Charge, signal: AbortSignal): Promise<Answer>
  /** ABSENT when it has never heard of it. */
  find(charge: Charge, signal: AbortSignal): Promise<Answer | 'ABSENT'>
  /** Goes on after the payer did what was wanted. */
  confirm(charge: Charge, signal: AbortSignal): Promise<Answer>
  /** Unless it answers UNKNOWN, no charge comes about under the key any more: not even one that is asked for later. */
  cancel(charge: Charge, signal: AbortSignal): Promise<Answer>
  refund(refund: Transfer, signal: AbortSignal): Promise<TransferOutcome>
  findRefund(refund: Transfer, signal: AbortSignal): Promise<TransferOutcome | 'ABSENT'>
  payOut(payout: Transfer, signal: AbortSignal): Promise<TransferOutcome>
  findPayout(payout: Transfer, signal: AbortSignal): Promise<TransferOutcome | 'ABSENT'>
  /** What it moved from a time on, before another. */
  movements(from: Date, to: Date, signal: AbortSignal): Promise<Movement[]>
  /** Reads a report; undefined for one that says nothing of ours. Throws WEBHOOK_NOT_SIGNED, WEBHOOK_UNREADABLE. */
  report(body: Uint8Array, headers: Readonly<Record<string, string | undefined>>, now: Date): Report | undefined
}
