import { throughAll } from '#shared/application/through-all.ts'
import { cancelPayment, confirmPayment } from './go-on.ts'
import { initiatePayment } from './initiate-payment.ts'
import { noteReport } from './note-report.ts'
import { createPaymentMethod, listPaymentMethods, removePaymentMethod } from './payment-methods.ts'
import { creditBalance, followPayout, listPayouts, requestPayout } from './payouts.ts'
import type { Ports } from './ports.ts'
import { findPaymentOfPurpose, getHistory, getPayment, getReconciliation, listPayments } from './read-payments.ts'
import { followRefund, refundPayment } from './refund-payment.ts'
import { followCharge } from './settle-charge.ts'

/** Asks providers about all that is undecided and due, each in a unit of its own. */
const followUp =
  (ports: Ports) =>
  async (signal?: AbortSignal): Promise<void> => {
    const { payments, payouts, clock } = ports
    const now = clock.now()
    await throughAll(ports, 'charge', (seen) => payments.due(now, seen), followCharge(ports), signal)
    await throughAll(ports, 'refund', (seen) => payments.dueRefunds(now, seen), followRefund(ports), signal)
    await throughAll(ports, 'payout', (seen) => payouts.due(now, seen), followPayout(ports), signal)
  }

/** Everything payment can do. */
export const createPaymentApp = (ports: Ports) => ({
  initiatePayment: initiatePayment(ports),
  confirmPayment: confirmPayment(ports),
  cancelPayment: cancelPayment(ports),
  refundPayment: refundPayment(ports),
  noteReport: noteReport(ports),
  getPayment: getPayment(ports),
  findPaymentOfPurpose: findPaymentOfPurpose(ports),
  listPayments: listPayments(ports),
  getHistory: getHistory(ports),
  createPaymentMethod: createPaymentMethod(ports),
  listPaymentMethods: listPaymentMethods(ports),
  removePaymentMethod: removePaymentMethod(ports),
  creditBalance: creditBalance(ports),
  requestPayout: requestPayout(ports),
  listPayouts: listPayouts(ports),
  getReconciliation: getReconciliation(ports),
  followUp: followUp(ports),
  forgetPerson: ports.forget,
})

export type PaymentApp = ReturnType<typeof createPaymentApp>
