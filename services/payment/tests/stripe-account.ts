interface Intent {
  [field: string]: unknown
  id: string
  object: 'payment_intent'
  status: string
  amount: number
  currency: string
  metadata: Record<string, string>
  payment_method: string
}

export interface Reply {
  status: number
  body: Record<string, unknown>
}

interface Call {
  method: string
  id: string
  verb: string | undefined
  form: URLSearchParams
}

export const refuse = (status: number, type: string, code: string, more: object = {}): Reply => ({
  status,
  body: { error: { type, code, message: code, ...more } },
})

const ok = (body: Record<string, unknown>): Reply => ({ status: 200, body })
const list = (data: unknown[]): Reply => ok({ object: 'list', data, has_more: false })
const missing = () => refuse(404, 'invalid_request_error', 'resource_missing')
const unexpected = () => refuse(400, 'invalid_request_error', 'payment_intent_unexpected_state')

const nested = (form: URLSearchParams, name: string): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([key, value]) => {
      const [, inner] = new RegExp(`^${name}\\[(\\w+)\\]$`).exec(key) ?? []
      return inner ? [[inner, value]] : []
    }),
  )

/** What an account at Stripe holds, and how its API answers, as its documentation tells, as far as payment needs it. */
export const openAccount = (now: () => Date) => {
  const intents = new Map<string, Intent>()
  const refunds = new Map<string, Record<string, unknown>>()
  const transfers: Record<string, unknown>[] = []
  const transactions: Record<string, unknown>[] = []
  const events: Buffer[] = []
  let isSearchBlind = false
  let count = 0
  const nextId = (prefix: string) => {
    count += 1
    return `${prefix}_${count}`
  }

  const tell = (type: string, object: object) =>
    void events.push(Buffer.from(JSON.stringify({ id: nextId('evt'), type, data: { object } })))
  const moved = (type: string, amount: number, source: object) => {
    const created = Math.floor(now().getTime() / 1000)
    const id = nextId('txn')
    transactions.push({ id, object: 'balance_transaction', type, amount, currency: 'eur', source, created })
  }

  const succeed = (intent: Intent) => {
    const fee = { object: 'balance_transaction', fee: 95, currency: intent.currency }
    const charge = { id: nextId('ch'), object: 'charge', balance_transaction: fee }
    Object.assign(intent, { status: 'succeeded', latest_charge: charge })
    moved('charge', intent.amount, { metadata: intent.metadata })
    tell('payment_intent.succeeded', { ...intent })
  }
  const confirm = (intent: Intent): Reply => {
    if (intent.status !== 'requires_confirmation') return unexpected()
    const method = intent.payment_method
    if (method.includes('declined')) {
      const decline = { code: 'card_declined', decline_code: 'insufficient_funds', type: 'card_error' }
      Object.assign(intent, { status: 'requires_payment_method', last_payment_error: decline })
      tell('payment_intent.payment_failed', intent)
      return refuse(402, 'card_error', 'card_declined', { ...decline, payment_intent: intent })
    }
    if (method.includes('3ds'))
      Object.assign(intent, { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } })
    else succeed(intent)
    return ok(intent)
  }
  const make = (form: URLSearchParams): Reply => {
    const made: Intent = {
      id: nextId('pi'),
      object: 'payment_intent',
      status: 'requires_confirmation',
      amount: Number(form.get('amount')),
      currency: form.get('currency') ?? '',
      metadata: nested(form, 'metadata'),
      payment_method: form.get('payment_method') ?? '',
      client_secret: nextId('secret'),
    }
    if (made.amount < 50) return refuse(400, 'invalid_request_error', 'amount_too_small')
    intents.set(made.id, made)
    return ok(made)
  }
  const ofPayment = (key: string | undefined) =>
    [...intents.values()].filter(({ metadata }) => metadata.troupe_payment === key)

  const paymentIntents = ({ method, id, verb, form }: Call): Reply => {
    if (id === 'search') return list(isSearchBlind ? [] : ofPayment(/:'(.+)'/.exec(form.get('query') ?? '')?.[1]))
    if (method === 'POST' && !id) return make(form)
    const intent = intents.get(id)
    if (!intent) return missing()
    if (verb === 'confirm') return confirm(intent)
    if (verb === 'cancel') {
      if (['succeeded', 'canceled'].includes(intent.status)) return unexpected()
      intent.status = 'canceled'
    }
    return ok(intent)
  }

  const refund = (form: URLSearchParams): Reply => {
    const paid = intents.get(form.get('payment_intent') ?? '')
    const isRefused = paid?.payment_method.includes('no_refund')
    const made = {
      id: nextId('re'),
      object: 'refund',
      payment_intent: paid?.id,
      metadata: nested(form, 'metadata'),
      status: isRefused ? 'failed' : 'succeeded',
      failure_reason: isRefused ? 'expired_or_canceled_card' : null,
    }
    refunds.set(made.id, made)
    if (!isRefused) moved('refund', -Number(form.get('amount')), { metadata: made.metadata })
    tell(isRefused ? 'refund.failed' : 'refund.updated', made)
    return ok(made)
  }

  const transfer = (form: URLSearchParams): Reply => {
    const made = { id: nextId('tr'), object: 'transfer', transfer_group: form.get('transfer_group') }
    transfers.push(made)
    moved('transfer', -Number(form.get('amount')), { metadata: nested(form, 'metadata') })
    return ok(made)
  }

  const resources: Record<string, (call: Call) => Reply> = {
    payment_intents: paymentIntents,
    refunds: ({ method, id, form }) => {
      if (method !== 'GET') return refund(form)
      if (id) return ok(refunds.get(id) ?? {})
      return list([...refunds.values()].filter((one) => one.payment_intent === form.get('payment_intent')))
    },
    transfers: ({ method, form }) =>
      method === 'GET'
        ? list(transfers.filter((one) => one.transfer_group === form.get('transfer_group')))
        : transfer(form),
    balance_transactions: () => list(transactions),
    customers: ({ form }) =>
      form.get('payment_method')?.startsWith('pm_')
        ? ok({ id: nextId('cus') })
        : refuse(400, 'invalid_request_error', 'resource_missing'),
    payment_methods: ({ id }) => ok({ id, card: { brand: 'visa', last4: '4242' } }),
  }

  return {
    answer: (method: string, path: string, form: URLSearchParams): Reply => {
      const [, , resource = '', id = '', verb] = path.split('/')
      return resources[resource]?.({ method, id, verb, form }) ?? missing()
    },
    intents,
    /** What it tells webhooks, in their order. */
    events,
    blindSearch: (isBlind: boolean) => {
      isSearchBlind = isBlind
    },
    /** The payer does what their bank wants. */
    act: (id: string) => succeed(intents.get(id) as Intent),
    succeeded: (paymentId: string) => ofPayment(paymentId).filter(({ status }) => status === 'succeeded'),
  }
}
