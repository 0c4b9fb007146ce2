import { type Client, Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { type Payment, PaymentPurpose, PaymentStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import type { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { invalid } from '#shared/domain/errors.ts'
import type { Payments } from '../application/ports.ts'
import type { PaymentOutcome } from '../domain/charge.ts'

const reasonOf = (error: unknown): string | undefined =>
  error instanceof ConnectError ? error.findDetails(ErrorInfoSchema)[0]?.reason : undefined

/** What is refused for good, and so charges nothing; whoever else refuses is asked again. */
const refusals: Readonly<Record<string, PaymentOutcome>> = {
  PAYMENT_METHOD_NOT_FOUND: { status: 'DECLINED', problem: 'NO_PAYMENT_METHOD' },
  PAYMENT_CANCELLED: { status: 'DECLINED', problem: 'PAYMENT_CANCELLED' },
  PAYMENT_UNDER_WAY: { status: 'UNKNOWN' },
}

/** What became of a charge, as a payment tells it. */
export const outcomeOf = (
  payment: Pick<Payment, 'status' | 'failureReason' | 'externalId'> | undefined,
): PaymentOutcome => {
  switch (payment?.status) {
    case PaymentStatus.SUCCEEDED:
    case PaymentStatus.PARTIALLY_REFUNDED:
    case PaymentStatus.REFUNDED:
      return { status: 'SUCCEEDED', providerId: payment.externalId }
    case PaymentStatus.FAILED:
      return { status: 'DECLINED', problem: payment.failureReason }
    case PaymentStatus.CANCELLED:
      return { status: 'DECLINED', problem: 'PAYMENT_CANCELLED' }
    case PaymentStatus.REQUIRES_ACTION:
      return { status: 'UNKNOWN', problem: 'ACTION_REQUIRED' }
    default:
      return { status: 'UNKNOWN' }
  }
}

/** Payment, which moves the money. Its own ids make repeats harmless; what it cannot say is told again by its callers. */
export const createPayments = (payment: Client<typeof PaymentService>): Payments => ({
  register: async (userId, token) => {
    try {
      const { paymentMethod } = await payment.registerPaymentMethod({ userId, token })
      return {
        methodId: paymentMethod?.id ?? '',
        brand: paymentMethod?.brand ?? '',
        last4: paymentMethod?.last4 ?? '',
      }
    } catch (error) {
      if (reasonOf(error) !== 'UNKNOWN_CARD') throw error
      throw invalid('token', 'UNKNOWN_CARD', 'must be a token that the payment provider has given')
    }
  },
  drop: async (userId, methodId) => {
    await payment.dropPaymentMethod({ userId, paymentMethodId: methodId })
  },
  charge: async ({ paymentId, invoiceId, userId, methodId, amount, description }) => {
    const { minorUnits, currency } = amount
    try {
      const answer = await payment.initiatePayment({
        paymentId,
        purpose: { kind: PaymentPurpose.INVOICE, id: invoiceId },
        payerId: userId,
        amount: { minorUnits, currency },
        paymentMethodId: methodId,
        description,
      })
      return outcomeOf(answer.payment)
    } catch (error) {
      const known = refusals[reasonOf(error) ?? '']
      if (!known) throw error
      return known
    }
  },
  giveUp: async (paymentId) => {
    try {
      return outcomeOf((await payment.cancelPayment({ paymentId })).payment)
    } catch (error) {
      if (reasonOf(error) === 'PAYMENT_UNDECIDED') return { status: 'UNKNOWN' }
      if (reasonOf(error) === 'PAYMENT_SUCCEEDED') return outcomeOf((await payment.findPayment({ paymentId })).payment)
      if (ConnectError.from(error).code === Code.Unavailable) return { status: 'UNKNOWN' }
      throw error
    }
  },
  payBack: async (paymentId, refundId) => {
    await payment.refundPayment({ paymentId, refundId, reason: 'ACCOUNT_DELETED' })
  },
})
