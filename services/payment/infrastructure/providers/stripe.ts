import Stripe from 'stripe'
import type { Answer, Charge, PaymentProvider } from '../../application/provider.ts'
import type { TransferOutcome } from '../../domain/outcome.ts'
import { outcomeOf, refundOutcome, refusalOf } from './stripe-outcomes.ts'
import { keys, movementOf, reportReader } from './stripe-reports.ts'

export interface StripeSettings {
  apiKey: string
  webhookSecret: string
  /** Of Stripe's API, or of what stands in for it. */
  baseUrl: string
  timeoutMs: number
}

const clientOf = ({ apiKey, baseUrl, timeoutMs }: StripeSettings): Stripe => {
  const { protocol, hostname, port } = new URL(baseUrl)
  const isPlain = protocol === 'http:'
  return new Stripe(apiKey, {
    host: hostname,
    port: port || (isPlain ? 80 : 443),
    protocol: isPlain ? 'http' : 'https',
    timeout: timeoutMs,
    // Whoever calls repeats, under the same key. Over Node's own client a closed connection would be tried again all the
    // same, maybe after nobody waits any more.
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
  })
}

const expand = ['latest_charge.balance_transaction']
const seconds = (date: Date): number => Math.ceil(date.getTime() / 1000)

/** `<customer>/<payment method>`: Stripe lets one be used again only for its customer. */
const kept = (token: string) => {
  const [customer, method] = token.split('/')
  return customer && method ? { customer, payment_method: method } : {}
}

/**
 * Stripe, by PaymentIntents. One is made under the payment's id as idempotency key, which moves nothing, and then
 * confirmed: so it is known, and can be given up, before any money moves. Search lags behind by up to a minute; within a
 * day what is asked for again under its key answers what it did before, whatever search says.
 */
export const createStripe = (settings: StripeSettings): PaymentProvider => {
  const stripe = clientOf(settings)

  const make = ({ key, token, amount, description, reference }: Charge): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.create(
      {
        amount: Number(amount.minorUnits),
        currency: amount.currency.toLowerCase(),
        ...kept(token),
        // What sends the payer elsewhere would need an address to come back to.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        ...(description && { description }),
        metadata: { [keys.payment]: key, troupe_reference: reference },
      },
      { idempotencyKey: key },
    )
  const look = (id: string) => stripe.paymentIntents.retrieve(id, { expand })
  const search = async (key: string): Promise<Stripe.PaymentIntent | undefined> => {
    const query = `metadata['${keys.payment}']:'${key}'`
    const { data } = await stripe.paymentIntents.search({ query, limit: 1 })
    return data[0] && look(data[0].id)
  }
  const known = ({ key, externalId }: Charge) => (externalId ? look(externalId) : search(key))

  /** Nobody may confirm with another card what we say has failed. */
  const close = async (id: string, outcome: Answer): Promise<Answer> => {
    if (outcome.status === 'FAILED') await stripe.paymentIntents.cancel(id).catch(() => {})
    return outcome
  }
  const confirmed = async (intent: Stripe.PaymentIntent, key: string): Promise<Answer> => {
    try {
      const idempotencyKey = `${key}:confirm`
      return close(intent.id, outcomeOf(await stripe.paymentIntents.confirm(intent.id, { expand }, { idempotencyKey })))
    } catch (error) {
      if (refusalOf(error) === undefined) throw error
      const now = await look(intent.id)
      if (now.status !== 'requires_confirmation') return close(intent.id, outcomeOf(now))
      return close(intent.id, { status: 'FAILED', reason: refusalOf(error) ?? '' })
    }
  }
  const refusable = async <T>(run: () => Promise<T>): Promise<T | { status: 'FAILED'; reason: string }> => {
    try {
      return await run()
    } catch (error) {
      const reason = refusalOf(error)
      if (reason === undefined) throw error
      return { status: 'FAILED', reason }
    }
  }
  return {
    name: 'stripe',
    describe: async (token) => {
      try {
        const idempotencyKey = `customer:${token}`
        const { id } = await stripe.customers.create({ payment_method: token }, { idempotencyKey })
        const { card } = await stripe.paymentMethods.retrieve(token)
        return { brand: card?.brand ?? '', last4: card?.last4 ?? '', token: `${id}/${token}` }
      } catch (error) {
        if (refusalOf(error) !== undefined) return undefined
        throw error
      }
    },
    charge: (charge) =>
      refusable(async () => {
        const intent = await make(charge)
        return confirmed(intent, charge.key)
      }),
    find: async (charge) => {
      const intent = await known(charge)
      // One that nobody confirmed is charged under the same key.
      if (!intent || intent.status === 'requires_confirmation') return 'ABSENT'
      return close(intent.id, outcomeOf(intent))
    },
    confirm: async (charge) => {
      const intent = await look(charge.externalId)
      if (intent.status === 'requires_confirmation') return confirmed(intent, `${charge.key}:again`)
      return close(intent.id, outcomeOf(intent))
    },
    cancel: (charge) =>
      refusable(async () => {
        const { id } = charge.externalId
          ? { id: charge.externalId }
          : ((await search(charge.key)) ?? (await make(charge)))
        try {
          return outcomeOf(await stripe.paymentIntents.cancel(id))
        } catch (error) {
          if (refusalOf(error) === undefined) throw error
          return outcomeOf(await look(id))
        }
      }),
    refund: ({ key, amount, target }) =>
      refusable(async () => {
        const what = { payment_intent: target, amount: Number(amount.minorUnits), metadata: { [keys.refund]: key } }
        return refundOutcome(await stripe.refunds.create(what, { idempotencyKey: key }))
      }),
    findRefund: async ({ key, target, externalId }) => {
      if (externalId) return refundOutcome(await stripe.refunds.retrieve(externalId))
      for await (const refund of stripe.refunds.list({ payment_intent: target, limit: 100 }))
        if (refund.metadata?.[keys.refund] === key) return refundOutcome(refund)
      return 'ABSENT'
    },
    payOut: ({ key, amount, target: destination }) =>
      refusable(async (): Promise<TransferOutcome> => {
        const sum = { amount: Number(amount.minorUnits), currency: amount.currency.toLowerCase() }
        const what = { ...sum, destination, transfer_group: key, metadata: { [keys.payout]: key } }
        const { id } = await stripe.transfers.create(what, { idempotencyKey: key })
        return { status: 'DONE', externalId: id }
      }),
    findPayout: async ({ key }) => {
      const { data } = await stripe.transfers.list({ transfer_group: key, limit: 1 })
      return data[0] ? { status: 'DONE', externalId: data[0].id } : 'ABSENT'
    },
    movements: async (from, to) => {
      const created = { gte: seconds(from), lt: seconds(to) }
      const found = []
      for await (const one of stripe.balanceTransactions.list({ created, limit: 100, expand: ['data.source'] })) {
        const movement = movementOf(one)
        if (movement) found.push(movement)
      }
      return found
    },
    report: reportReader(settings.webhookSecret),
  }
}
