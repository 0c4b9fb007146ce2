import type { ServiceImpl } from '@connectrpc/connect'
import type { Money as MoneyMessage } from '#gen/troupe/mesh/v1/money_pb.ts'
import { PaymentPurpose, type Purpose as PurposeMessage } from '#gen/troupe/payment/v1/payment_pb.ts'
import type {
  PaymentService,
  RefundPaymentRequest,
  RefundUserPaymentRequest,
} from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { PaymentApp } from '../application/app.ts'
import { movable, type Purpose, purposeKindOf } from '../domain/request.ts'
import { plain, toCancelled, toHistoryEntry, toMethod, toPayment, toPayout, toReconciliation } from './to-proto.ts'

type Rpcs = ServiceImpl<typeof PaymentService>

// Validation lets no message without them in.
const amountOf = (money: MoneyMessage | undefined) => movable(money?.minorUnits ?? 0n, money?.currency ?? '')
const purposeOf = (purpose: PurposeMessage | undefined): Purpose => ({
  kind: purposeKindOf(purpose?.kind ?? PaymentPurpose.UNSPECIFIED),
  id: purpose?.id ?? '',
})

const forPayers = (app: PaymentApp) =>
  ({
    confirmPayment: async ({ paymentId }, context) => ({
      payment: toPayment(await app.confirmPayment(caller(context), paymentId), true),
    }),
    getPayment: async ({ paymentId }, context) => ({
      payment: toPayment(await app.getPayment(paymentId, caller(context)), true),
    }),
    listPayments: async (page, context) => {
      const { items, nextPageToken } = await app.listPayments(caller(context), page)
      return { payments: items.map((view) => toPayment(view, true)), nextPageToken }
    },
    getPaymentHistory: async ({ paymentId }, context) => ({
      entries: (await app.getHistory(paymentId, caller(context))).map(toHistoryEntry),
    }),
    createPaymentMethod: async ({ token }, context) => ({
      paymentMethod: toMethod(await app.createPaymentMethod(caller(context), token)),
    }),
    listPaymentMethods: async (_, context) => ({
      paymentMethods: (await app.listPaymentMethods(caller(context))).map(toMethod),
    }),
    removePaymentMethod: async ({ paymentMethodId }, context) => {
      await app.removePaymentMethod(caller(context), paymentMethodId)
      return {}
    },
    requestPayout: async ({ amount, destination }, context) => ({
      payout: toPayout(await app.requestPayout(caller(context), amountOf(amount), destination)),
    }),
    listPayouts: async (page, context) => {
      const { items, nextPageToken, balances } = await app.listPayouts(caller(context), page)
      return { payouts: items.map(toPayout), nextPageToken, balances: balances.map(plain) }
    },
  }) satisfies Partial<Rpcs>

const refund = async (app: PaymentApp, request: RefundPaymentRequest | RefundUserPaymentRequest) => {
  const { paymentId, refundId, amount, reason } = request
  const wanted = { refundId, amount: amount && amountOf(amount), reason }
  return { payment: toPayment(await app.refundPayment(paymentId, wanted), false) }
}

const forOperators = (app: PaymentApp) =>
  ({
    getUserPayment: async ({ paymentId }) => ({ payment: toPayment(await app.getPayment(paymentId), false) }),
    listUserPayments: async ({ userId, ...page }) => {
      const { items, nextPageToken } = await app.listPayments(userId, page)
      return { payments: items.map((view) => toPayment(view, false)), nextPageToken }
    },
    getUserPaymentHistory: async ({ paymentId }) => ({
      entries: (await app.getHistory(paymentId)).map(toHistoryEntry),
    }),
    refundUserPayment: (request) => refund(app, request),
    getReconciliation: async ({ from, to }) => ({
      reconciliation: toReconciliation(await app.getReconciliation(dateOf(from) as Date, dateOf(to) as Date)),
    }),
  }) satisfies Partial<Rpcs>

const forServices = (app: PaymentApp) =>
  ({
    initiatePayment: async ({ paymentId, purpose, payerId, amount, paymentMethodId: methodId, description }) => {
      const what = { paymentId, purpose: purposeOf(purpose), payerId, amount: amountOf(amount), methodId, description }
      return { payment: toPayment(await app.initiatePayment(what), true) }
    },
    findPayment: async ({ paymentId }) => ({ payment: toPayment(await app.getPayment(paymentId), true) }),
    findPaymentOfPurpose: async ({ purpose }) => ({
      payment: toPayment(await app.findPaymentOfPurpose(purposeOf(purpose)), true),
    }),
    refundPayment: (request) => refund(app, request),
    cancelPayment: async ({ paymentId }) => {
      const view = await app.cancelPayment(paymentId)
      return { payment: view ? toPayment(view, false) : toCancelled(paymentId) }
    },
    registerPaymentMethod: async ({ userId, token }) => ({
      paymentMethod: toMethod(await app.createPaymentMethod(userId, token)),
    }),
    creditBalance: async ({ creditId, userId, amount }) => {
      await app.creditBalance(creditId, userId, amountOf(amount))
      return {}
    },
  }) satisfies Partial<Rpcs>

/** Answers PaymentService. */
export const paymentService = (app: PaymentApp): Rpcs => ({
  ...forPayers(app),
  ...forOperators(app),
  ...forServices(app),
})
