import Stripe from 'stripe'
import { Money } from '#shared/domain/money.ts'
import type { Answer } from '../../application/provider.ts'
import type { TransferOutcome } from '../../domain/outcome.ts'

const constant = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_')

/** A decline in our words; Stripe says nothing more of a generic one. */
const reasonOf = ({ code, decline_code: decline }: { code?: string | null; decline_code?: string | null }): string =>
  constant((decline !== 'generic_decline' && decline) || code || 'card_declined')

/** What Stripe kept; of another currency than was charged it is not in the ledger. */
const feeOf = ({ currency, latest_charge: charge }: Stripe.PaymentIntent): Money => {
  const transaction = charge && typeof charge === 'object' ? charge.balance_transaction : undefined
  const isKnown = transaction && typeof transaction === 'object' && transaction.currency === currency
  return Money.of(BigInt(isKnown ? transaction.fee : 0), currency.toUpperCase())
}

/** What a PaymentIntent says; one that nobody confirmed has not been charged. */
export const outcomeOf = (intent: Stripe.PaymentIntent): Answer => {
  const { id: externalId, last_payment_error: problem, next_action: next, client_secret: clientSecret } = intent
  switch (intent.status) {
    case 'succeeded':
      return { status: 'SUCCEEDED', externalId, fee: feeOf(intent) }
    case 'requires_action': {
      const action = { redirectUrl: next?.redirect_to_url?.url ?? '', clientSecret: clientSecret ?? '' }
      return { status: 'REQUIRES_ACTION', externalId, action }
    }
    case 'requires_payment_method':
      return { status: 'FAILED', reason: reasonOf(problem ?? {}) }
    case 'canceled':
      return problem ? { status: 'FAILED', reason: reasonOf(problem) } : { status: 'CANCELLED' }
    default:
      return { status: 'PROCESSING' }
  }
}

/** What Stripe refuses for good: no money moved, and none will. Undefined where it may have, or may yet. */
export const refusalOf = (error: unknown): string | undefined => {
  if (error instanceof Stripe.errors.StripeCardError) return reasonOf(error)
  if (error instanceof Stripe.errors.StripeInvalidRequestError)
    return reasonOf({ code: error.code ?? 'invalid_request' })
  return undefined
}

export const refundOutcome = ({ id: externalId, status, failure_reason: reason }: Stripe.Refund): TransferOutcome => {
  if (status === 'succeeded') return { status: 'DONE', externalId }
  const isOver = status === 'failed' || status === 'canceled'
  return isOver ? { status: 'FAILED', reason: constant(reason ?? status) } : { status: 'PROCESSING' }
}
