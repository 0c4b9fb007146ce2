import type { MessageInitShape } from '@bufbuild/protobuf'
import type { MoneySchema } from '#gen/troupe/mesh/v1/money_pb.ts'
import { type CreditEntrySchema, CreditReason } from '#gen/troupe/subscription/v1/credit_pb.ts'
import { InvoicePurpose, type InvoiceSchema, InvoiceStatus } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { type SubscriptionSchema, SubscriptionStatus } from '#gen/troupe/subscription/v1/subscription_pb.ts'
import type { PreviewChangeResponseSchema } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import type { TierSchema } from '#gen/troupe/subscription/v1/tier_pb.ts'
import { UsageResource, type UsageSchema } from '#gen/troupe/subscription/v1/usage_pb.ts'
import type { Money } from '#shared/domain/money.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { type ChangePreview, presentPeriod } from '../application/change-subscription.ts'
import type { UsageView } from '../application/get-usage.ts'
import type { CreditEntry } from '../domain/credit.ts'
import type { Invoice, InvoiceLine } from '../domain/invoice.ts'
import type { Subscription } from '../domain/subscription.ts'
import { cents, type Tier, usageResources } from '../domain/tier.ts'

const toMoney = ({ minorUnits, currency }: Money): MessageInitShape<typeof MoneySchema> => ({ minorUnits, currency })

export const toTier = ({ id, name, price, features, limits }: Tier): MessageInitShape<typeof TierSchema> => ({
  id,
  name,
  price: toMoney(price),
  features: [...features],
  limits: usageResources.map((resource) => {
    const limit = limits[resource]
    return { resource: UsageResource[resource], ...(limit !== undefined && { limit: BigInt(limit) }) }
  }),
})

export const toSubscription = (subscription: Subscription, now: Date): MessageInitShape<typeof SubscriptionSchema> => {
  const { id: userId, tier, nextTier, changeTier: requestedTier, paymentMethod, ...rest } = subscription
  const { start, end } = presentPeriod(subscription, now)
  return {
    userId,
    tier,
    status: SubscriptionStatus[rest.status],
    periodStart: timestamp(start),
    periodEnd: timestamp(end),
    nextTier: rest.status === 'CANCELLED' ? 'FREE' : nextTier,
    requestedTier,
    ...(paymentMethod && { paymentMethod: { brand: paymentMethod.brand, last4: paymentMethod.last4 } }),
    credit: toMoney(cents(rest.credit)),
    isComplimentary: rest.isComplimentary,
    paymentProblem: rest.paymentProblem,
    createdAt: timestamp(rest.createdAt),
  }
}

const toLine = ({ tier, period, amount }: InvoiceLine) => ({
  tier,
  periodStart: timestamp(period.start),
  periodEnd: timestamp(period.end),
  amount: toMoney(amount),
})

export const toInvoice = (invoice: Invoice): MessageInitShape<typeof InvoiceSchema> => {
  const { id, number, attempts, issuedAt, paidAt } = invoice
  return {
    id,
    number,
    purpose: InvoicePurpose[invoice.purpose],
    status: InvoiceStatus[invoice.status],
    lines: invoice.lines.map(toLine),
    total: toMoney(cents(invoice.total)),
    creditApplied: toMoney(cents(invoice.creditApplied)),
    amountDue: toMoney(invoice.amountDue),
    issuedAt: timestamp(issuedAt),
    ...(paidAt && { paidAt: timestamp(paidAt) }),
    attempts,
  }
}

export const toCreditEntry = (entry: CreditEntry): MessageInitShape<typeof CreditEntrySchema> => ({
  id: entry.id,
  amount: toMoney(cents(entry.amount)),
  reason: CreditReason[entry.reason],
  invoiceId: entry.invoiceId ?? '',
  at: timestamp(entry.at),
})

export const toGrantedCreditEntry = (entry: CreditEntry): MessageInitShape<typeof CreditEntrySchema> => ({
  ...toCreditEntry(entry),
  grantedBy: entry.grantedBy,
})

export const toPreview = (preview: ChangePreview): MessageInitShape<typeof PreviewChangeResponseSchema> => ({
  effectiveAt: timestamp(preview.effectiveAt),
  lines: preview.lines.map(toLine),
  amountDue: toMoney(preview.amountDue),
  nextAmount: toMoney(preview.nextAmount),
  ...(preview.nextRenewalAt && { nextRenewalAt: timestamp(preview.nextRenewalAt) }),
})

export const toUsage = ({
  resource,
  used,
  reserved,
  limit,
  overrun,
  resetsAt,
}: UsageView): MessageInitShape<typeof UsageSchema> => ({
  resource: UsageResource[resource],
  used: BigInt(used),
  reserved: BigInt(reserved),
  ...(limit !== undefined && { limit: BigInt(limit) }),
  overrun: BigInt(overrun),
  ...(resetsAt && { resetsAt: timestamp(resetsAt) }),
})
