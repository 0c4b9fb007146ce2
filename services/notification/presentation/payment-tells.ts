import type { Money } from '#gen/troupe/mesh/v1/money_pb.ts'
import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import {
  type PaymentProcessed,
  PaymentProcessedSchema,
  PaymentStatus,
  SubscriptionSuspendedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { on, type Tells, type What } from './tells.ts'

const path = '/subscription'

/** An amount of money, as texts get it. */
export const sum = ({ minorUnits, currency }: Money) => ({ minorUnits: Number(minorUnits), currency })

const stateOf = ({ purpose }: PaymentProcessed) => (purpose === InvoicePurpose.UPGRADE ? 'upgrade' : 'renewal')

/** Nothing where an event from before says no amount. */
const failed = (to: string, state: string, amount: Money | undefined): What | undefined =>
  amount && { kind: 'payment_failed', to, data: { path, state, amount: sum(amount) } }

/** Nothing where credit alone has paid. */
const received = (event: PaymentProcessed): What | undefined => {
  const { userId: to, amount, invoiceNumber } = event
  if (!amount || amount.minorUnits <= 0n) return undefined
  // Texts leave out a number that an event from before does not say.
  const data = { path, state: stateOf(event), amount: sum(amount), invoice: invoiceNumber || 'none' }
  return { kind: 'payment_received', to, data }
}

/** What people are told of what they pay. */
export const paymentTells: readonly Tells[] = [
  on(
    PaymentProcessedSchema,
    (event) => {
      if (event.status === PaymentStatus.SUCCEEDED) return received(event)
      return event.status === PaymentStatus.FAILED ? failed(event.userId, stateOf(event), event.amount) : undefined
    },
    { status: PaymentStatus.FAILED, amount: { currency: 'USD' } },
  ),
  on(SubscriptionSuspendedSchema, ({ userId, amountDue }) => failed(userId, 'suspended', amountDue), {
    amountDue: { currency: 'USD' },
  }),
]
