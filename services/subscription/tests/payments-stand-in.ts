import { invalid } from '#shared/domain/errors.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { Payments } from '../application/ports.ts'
import type { PaymentOutcome } from '../domain/charge.ts'

interface Charged {
  invoiceId: string
  outcome: PaymentOutcome
  refunds: Set<string>
}

const outcomes: Readonly<Record<string, PaymentOutcome>> = {
  tok_success: { status: 'SUCCEEDED', providerId: 'stand-in' },
  tok_declined: { status: 'DECLINED', problem: 'CARD_DECLINED' },
  tok_unknown: { status: 'UNKNOWN' },
  tok_action: { status: 'UNKNOWN', problem: 'ACTION_REQUIRED' },
}

/** Stands where payment does, which is a context of its own, and keeps what it was asked for. */
export const paymentsStandIn = () => {
  const methods = new Map<string, string>()
  const charges = new Map<string, Charged>()
  const given = new Set<string>()
  const ports: Payments = {
    register: async (_, token) => {
      if (!outcomes[token]) throw invalid('token', 'UNKNOWN_CARD', 'must be a token of this stand-in')
      const methodId = uuidv7()
      methods.set(methodId, token)
      return { methodId, brand: 'visa', last4: '4242' }
    },
    drop: async (_, methodId) => void methods.delete(methodId),
    charge: async ({ paymentId, invoiceId, methodId }) => {
      if (given.has(paymentId)) return { status: 'DECLINED', problem: 'PAYMENT_CANCELLED' }
      const outcome = outcomes[methods.get(methodId) ?? ''] ?? { status: 'DECLINED', problem: 'NO_PAYMENT_METHOD' }
      const charged = charges.get(paymentId) ?? { invoiceId, outcome, refunds: new Set() }
      charges.set(paymentId, charged)
      return charged.outcome
    },
    giveUp: async (paymentId) => {
      const charged = charges.get(paymentId)
      if (charged?.outcome.status === 'SUCCEEDED') return charged.outcome
      given.add(paymentId)
      return { status: 'DECLINED', problem: 'PAYMENT_CANCELLED' }
    },
    payBack: async (paymentId, refundId) => void charges.get(paymentId)?.refunds.add(refundId),
  }
  return {
    ports,
    /** What is kept to pay with, by its token. */
    kept: (): string[] => [...methods.values()],
    of: (invoiceId: string): Charged[] => [...charges.values()].filter((charged) => charged.invoiceId === invoiceId),
    /** Ids that can never charge. */
    givenUp: (): readonly string[] => [...given],
  }
}
