import type { Money } from '#shared/domain/money.ts'

/**
 * What a provider says of a charge. PROCESSING: it knows it, and has not decided. UNKNOWN: no answer that can be relied
 * on. `reason` is an UPPER_SNAKE_CASE constant.
 */
export type ChargeOutcome =
  | { status: 'SUCCEEDED'; externalId: string; fee: Money }
  | { status: 'FAILED'; reason: string }
  | { status: 'REQUIRES_ACTION'; externalId: string }
  | { status: 'CANCELLED' | 'PROCESSING' | 'UNKNOWN' }

/** What a provider says of a refund or a payout. */
export type TransferOutcome =
  | { status: 'DONE'; externalId: string }
  | { status: 'FAILED'; reason: string }
  | { status: 'PROCESSING' | 'UNKNOWN' }
