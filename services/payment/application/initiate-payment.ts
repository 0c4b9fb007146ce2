import { Payment } from '../domain/payment.ts'
import { methodNotFound } from '../domain/payment-method.ts'
import { type PaymentRequest, paymentNotFound, purposePaid, underWay } from '../domain/request.ts'
import { ask } from './ask.ts'
import type { PaymentView, Ports } from './ports.ts'
import { firstCheck, settle } from './settle-charge.ts'

/** Writes a payment down; answers whether it was not there before. */
const begin =
  (ports: Ports) =>
  async (request: PaymentRequest): Promise<boolean> => {
    const { payments, methods, provider } = ports
    const isThere = async (): Promise<boolean> => {
      const present = await payments.find(request.paymentId)
      present?.mustBeFor(request)
      return present !== undefined
    }
    if (await isThere()) return false
    const [taken, method] = await Promise.all([payments.takenBy(request.purpose), methods.find(request.methodId)])
    // Somebody asked for the same between the two looks.
    if (taken?.id === request.paymentId) return !(await isThere())
    if (taken) throw taken.isPaid ? purposePaid() : underWay()
    if (method?.userId !== request.payerId) throw methodNotFound()
    const payment = Payment.initiate(request, provider.name)
    payments.save(payment, { token: method.token, nextCheckAt: firstCheck(ports), checks: 0 })
    return true
  }

/**
 * Charges somebody. That it is about to is committed before the provider hears of it; whoever comes after a crash asks
 * the provider first. Throws PAYMENT_MISMATCH, PAYMENT_CANCELLED, PAYMENT_UNDER_WAY, PURPOSE_PAID,
 * PAYMENT_METHOD_NOT_FOUND.
 */
export const initiatePayment =
  (ports: Ports) =>
  async (request: PaymentRequest): Promise<PaymentView> => {
    const { apart, payments, provider, reads } = ports
    const { paymentId: id } = request
    if (await apart('initiate', () => begin(ports)(request))) {
      const charge = await payments.charge(id)
      if (!charge) throw paymentNotFound()
      await settle(
        ports,
        charge,
        await ask(ports, { purpose: 'charge', id }, (signal) => provider.charge(charge, signal)),
      )
    }
    const view = await reads.payment(id)
    if (!view) throw paymentNotFound()
    return view
  }
