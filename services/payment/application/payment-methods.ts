import { invalid, unavailable } from '#shared/domain/errors.ts'
import { methodNotFound, mostMethods, type PaymentMethod, tooManyMethods } from '../domain/payment-method.ts'
import { ask } from './ask.ts'
import type { Ports } from './ports.ts'

/**
 * Keeps something to pay with. Throws UNKNOWN_CARD, TOO_MANY_PAYMENT_METHODS, PROVIDER_UNAVAILABLE.
 */
export const createPaymentMethod =
  (ports: Ports) =>
  async (userId: string, token: string): Promise<PaymentMethod> => {
    const { methods, provider, ids, clock } = ports
    const shown = await ask(ports, { purpose: 'describe', id: userId }, (signal) => provider.describe(token, signal))
    if (shown && 'status' in shown) throw unavailable('PROVIDER_UNAVAILABLE', 'the provider does not answer; try again')
    if (!shown) throw invalid('token', 'UNKNOWN_CARD', 'must come from the payment provider')
    if ((await methods.ofUser(userId)).length >= mostMethods) throw tooManyMethods()
    const method = { id: ids.next(), userId, provider: provider.name, token, ...shown, createdAt: clock.now() }
    methods.add(method)
    return method
  }

/** What somebody may pay with, newest first. */
export const listPaymentMethods =
  ({ methods }: Ports) =>
  (userId: string): Promise<PaymentMethod[]> =>
    methods.ofUser(userId)

/** Forgets something to pay with. Throws PAYMENT_METHOD_NOT_FOUND. */
export const removePaymentMethod =
  ({ methods }: Ports) =>
  async (userId: string, id: string): Promise<void> => {
    if ((await methods.find(id))?.userId !== userId) throw methodNotFound()
    methods.remove(id)
  }
