import type { Money } from '#shared/domain/money.ts'
import type { TransferOutcome } from '../domain/outcome.ts'
import { notSucceeded, paymentNotFound, refundMismatch } from '../domain/request.ts'
import { ask, nextCheckMs } from './ask.ts'
import type { PaymentView, Ports } from './ports.ts'
import type { Transfer } from './provider.ts'
import { firstCheck } from './settle-charge.ts'

/** Takes over what the provider said of a refund, within the unit being run. */
export const takeOverRefund =
  ({ payments, ledger, clock }: Ports) =>
  async (refundId: string, outcome: TransferOutcome): Promise<void> => {
    const refund = await payments.refund(refundId)
    if (!refund) return
    const payment = await payments.get(refund.paymentId)
    const before = payment.state
    for (const posting of payment.observeRefund(refundId, outcome)) ledger.post(posting)
    if (payment.state !== before) payments.save(payment, { nextCheckAt: undefined, checks: 0 })
    else if (refund.isPending)
      payments.recheckRefund(refundId, new Date(clock.now().getTime() + nextCheckMs(refund.checks)), refund.checks + 1)
  }

/** Asks what became of a refund, and for it where the provider never heard of it. */
export const followRefund =
  (ports: Ports) =>
  async (refundId: string): Promise<void> => {
    const { payments, provider } = ports
    const refund = await payments.refund(refundId)
    if (!refund?.isPending) return
    const about = { purpose: 'refund', id: refundId }
    const found = await ask(ports, about, (signal) => provider.findRefund(refund, signal))
    const asked = async () => ask(ports, about, (signal) => provider.refund(refund as Transfer, signal))
    await takeOverRefund(ports)(refundId, found === 'ABSENT' ? await asked() : found)
  }

/**
 * Pays back, once for each refund. Throws PAYMENT_NOT_FOUND, PAYMENT_NOT_SUCCEEDED, REFUND_MISMATCH,
 * REFUND_EXCEEDS_PAYMENT, CURRENCY_MISMATCH.
 */
export const refundPayment =
  (ports: Ports) =>
  async (
    id: string,
    { refundId, amount, reason }: { refundId: string; amount: Money | undefined; reason: string },
  ): Promise<PaymentView> => {
    const { apart, payments, provider, reads } = ports
    const begin = async (): Promise<boolean> => {
      const [payment, known] = await Promise.all([payments.get(id), payments.refund(refundId)])
      if (!payment.state.purpose) throw notSucceeded()
      if (known && known.paymentId !== id) throw refundMismatch()
      const refund = payment.requestRefund(refundId, amount, reason)
      if (refund) payments.save(payment, { nextCheckAt: undefined, checks: 0 })
      return refund !== undefined
    }
    if (await apart('refund', begin)) {
      const refund = await payments.refund(refundId)
      const about = { purpose: 'refund', id: refundId }
      if (refund) {
        const outcome = await ask(ports, about, (signal) => provider.refund(refund, signal))
        await apart('refunded', () => takeOverRefund(ports)(refundId, outcome))
      }
    }
    const view = await reads.payment(id)
    if (!view) throw paymentNotFound()
    return view
  }

/** When whoever asked for a refund is taken to have crashed. */
export const firstRefundCheck = firstCheck
