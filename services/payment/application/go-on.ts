import { unavailable } from '#shared/domain/errors.ts'
import { Payment } from '../domain/payment.ts'
import { noAction, paymentNotFound, undecided } from '../domain/request.ts'
import { ask } from './ask.ts'
import type { PaymentView, Ports } from './ports.ts'
import { askLater, settle } from './settle-charge.ts'

const shown = async ({ reads }: Ports, id: string): Promise<PaymentView> => {
  const view = await reads.payment(id)
  if (!view) throw paymentNotFound()
  return view
}

/** Goes on after the payer did what the provider wanted. Throws PAYMENT_NOT_FOUND, NO_ACTION_REQUIRED. */
export const confirmPayment =
  (ports: Ports) =>
  async (caller: string, id: string): Promise<PaymentView> => {
    const { payments, provider } = ports
    const [payment, charge] = await Promise.all([payments.find(id), payments.charge(id)])
    if (!payment || !charge || payment.state.payerId !== caller) throw paymentNotFound()
    if (payment.state.charge === 'SUCCEEDED') return shown(ports, id)
    if (payment.state.charge !== 'REQUIRES_ACTION') throw noAction()
    await settle(
      ports,
      charge,
      await ask(ports, { purpose: 'confirm', id }, (signal) => provider.confirm(charge, signal)),
    )
    return shown(ports, id)
  }

/** Undefined where there is nothing more to do: it was given up before, or nobody had initiated it. */
const toCancel =
  ({ payments }: Ports) =>
  async (id: string): Promise<boolean> => {
    const payment = await payments.find(id)
    if (payment) return payment.mayBeCancelled()
    payments.save(Payment.cancelledBefore(id), { nextCheckAt: undefined, checks: 0 })
    return false
  }

/**
 * Gives a payment up before its money moves; remembers ids that nobody initiated. Throws PAYMENT_SUCCEEDED, and while
 * nobody knows PAYMENT_UNDECIDED where the provider says so, PROVIDER_UNAVAILABLE where it says nothing.
 */
export const cancelPayment =
  (ports: Ports) =>
  async (id: string): Promise<PaymentView | undefined> => {
    const { apart, payments, provider, reads } = ports
    if (await apart('cancel', () => toCancel(ports)(id))) {
      const charge = await payments.charge(id)
      if (!charge) throw paymentNotFound()
      const answer = await ask(ports, { purpose: 'cancel', id }, (signal) => provider.cancel(charge, signal))
      const payment = await settle(ports, charge, answer)
      payment.mayBeCancelled()
      if (payment.isOpen) {
        // What is not wanted any more does not wait for its payer's hour to be over.
        await apart('recheck', async () => askLater(ports, id, charge.checks))
        if (answer.status !== 'UNKNOWN') throw undecided()
        throw unavailable('PROVIDER_UNAVAILABLE', 'the provider does not say; try again')
      }
    }
    return reads.payment(id)
  }
