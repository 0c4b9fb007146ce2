import { notFound, precondition } from '#shared/domain/errors.ts'

export const methodNotFound = () => notFound('PAYMENT_METHOD_NOT_FOUND', 'there is no such payment method')
export const tooManyMethods = () =>
  precondition('TOO_MANY_PAYMENT_METHODS', `nobody has more than ${mostMethods} payment methods`)

export const mostMethods = 20

/** Something to pay with, as the provider names it. */
export interface PaymentMethod {
  id: string
  userId: string
  provider: string
  token: string
  brand: string
  last4: string
  createdAt: Date
}
