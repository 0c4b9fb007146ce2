import type Stripe from 'stripe'
import { Money } from '#shared/domain/money.ts'
import type { PaymentProvider } from '../../application/provider.ts'
import type { Movement } from '../../domain/reconciliation.ts'
import { mustBeSigned, unreadable } from './signature.ts'

/** Where our keys stand in Stripe's metadata. */
export const keys = { payment: 'troupe_payment', refund: 'troupe_refund', payout: 'troupe_payout' } as const

type Kept = { id?: string; object?: string; metadata?: Record<string, string> | null }

const read = (body: Uint8Array): { id: string; object: Kept } => {
  try {
    const event = JSON.parse(Buffer.from(body).toString()) as { id: string; data: { object: Kept } }
    return { id: event.id, object: event.data.object }
  } catch {
    throw unreadable()
  }
}

/** Reads Stripe's webhooks. They only say where to look: Stripe is asked how things stand, so that no order matters. */
export const reportReader =
  (secret: string): PaymentProvider['report'] =>
  (body, headers, now) => {
    mustBeSigned(secret, headers['stripe-signature'], body, now)
    const { id, object } = read(body)
    const { metadata, id: externalId = '' } = object
    const [payment, refund] = [metadata?.[keys.payment], metadata?.[keys.refund]]
    if (object.object === 'payment_intent' && payment) return { id, topic: 'PAYMENT', key: payment, externalId }
    return object.object === 'refund' && refund ? { id, topic: 'REFUND', key: refund, externalId } : undefined
  }

const returned = ['refund_failure', 'payment_failure_refund']

/** What a balance transaction moved, by our keys where it was ours. */
export const movementOf = ({ id, type, amount, currency, source }: Stripe.BalanceTransaction): Movement | undefined => {
  if (['payout', 'stripe_fee', 'topup', 'adjustment'].includes(type)) return undefined
  const metadata = (source as Kept | null)?.metadata ?? {}
  const named = Object.entries({ charge: keys.payment, refund: keys.refund, payout: keys.payout })
  const [kind, key] = named.find(([, name]) => metadata[name]) ?? ['charge', '']
  const prefix = kind === 'refund' && returned.includes(type) ? 'refund-returned' : kind
  const moved = Money.of(BigInt(amount), currency.toUpperCase())
  return { id: key ? `${prefix}:${metadata[key]}` : `stripe:${id}`, amount: moved }
}
