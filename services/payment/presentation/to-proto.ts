import type { MessageInitShape } from '@bufbuild/protobuf'
import type { PaymentMethodSchema } from '#gen/troupe/payment/v1/payment_method_pb.ts'
import {
  type PaymentHistoryEntrySchema,
  PaymentPurpose,
  type PaymentSchema,
  PaymentStatus,
  RefundStatus,
} from '#gen/troupe/payment/v1/payment_pb.ts'
import { type PayoutSchema, PayoutStatus } from '#gen/troupe/payment/v1/payout_pb.ts'
import { DiscrepancyKind, type ReconciliationSchema } from '#gen/troupe/payment/v1/reconciliation_pb.ts'
import type { Money } from '#shared/domain/money.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { HistoryEntry, PaymentView } from '../application/ports.ts'
import type { PaymentMethod } from '../domain/payment-method.ts'
import type { Payout } from '../domain/payout.ts'
import type { reconcile } from '../domain/reconciliation.ts'

export const plain = ({ minorUnits, currency }: Money) => ({ minorUnits, currency })

/** `forPayer`: with what they are to do, which is a secret of theirs. */
export const toPayment = (view: PaymentView, forPayer: boolean): MessageInitShape<typeof PaymentSchema> => ({
  id: view.id,
  purpose: { kind: PaymentPurpose[view.purpose.kind], id: view.purpose.id },
  payerId: view.payerId,
  amount: plain(view.amount),
  status: PaymentStatus[view.status],
  paymentMethodId: view.methodId,
  description: view.description,
  failureReason: view.failureReason,
  ...(forPayer && view.status === 'REQUIRES_ACTION' && view.action && { nextAction: view.action }),
  refunded: plain(view.refunded),
  refunds: view.refunds.map(({ id, amount, status, reason, failureReason, requestedAt }) => ({
    id,
    amount: plain(amount),
    status: RefundStatus[status],
    reason,
    failureReason,
    requestedAt: timestamp(requestedAt),
  })),
  externalId: view.externalId,
  provider: view.provider,
  createdAt: timestamp(view.createdAt),
  updatedAt: timestamp(view.updatedAt),
})

/** Of what was never initiated there is nothing but that it never will be. */
export const toCancelled = (id: string): MessageInitShape<typeof PaymentSchema> => ({
  id,
  status: PaymentStatus.CANCELLED,
})

export const toHistoryEntry = ({ at, ...entry }: HistoryEntry): MessageInitShape<typeof PaymentHistoryEntrySchema> => ({
  ...entry,
  at: timestamp(at),
})

export const toMethod = (method: PaymentMethod): MessageInitShape<typeof PaymentMethodSchema> => {
  const { id, brand, last4, createdAt } = method
  return { id, brand, last4, createdAt: timestamp(createdAt) }
}

export const toPayout = (payout: Payout): MessageInitShape<typeof PayoutSchema> => ({
  id: payout.id,
  userId: payout.userId,
  amount: plain(payout.amount),
  status: PayoutStatus[payout.status],
  failureReason: payout.failureReason,
  requestedAt: timestamp(payout.requestedAt),
  ...(payout.settledAt && { settledAt: timestamp(payout.settledAt) }),
})

const mostDiscrepancies = 100

export const toReconciliation = (
  report: ReturnType<typeof reconcile> & { provider: string; from: Date; to: Date },
): MessageInitShape<typeof ReconciliationSchema> => ({
  provider: report.provider,
  from: timestamp(report.from),
  to: timestamp(report.to),
  totals: report.totals.map(({ ledger, provider }) => ({ ledger: plain(ledger), provider: plain(provider) })),
  discrepancies: report.discrepancies.slice(0, mostDiscrepancies).map(({ kind, movement, ledger, provider }) => ({
    kind: DiscrepancyKind[kind],
    movement,
    ...(ledger && { ledger: plain(ledger) }),
    ...(provider && { provider: plain(provider) }),
  })),
})
