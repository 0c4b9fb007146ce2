import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sign } from '../infrastructure/providers/signature.ts'

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

/** How the next request of a path goes wrong: before it is done (`500`), or after it (`lost`), or never ends (`hangs`). */
type Mishap = '500' | 'lost' | 'hangs' | 'late 500'

interface Reply {
  status: number
  body: Record<string, unknown>
}

const refuse = (status: number, type: string, code: string, more: object = {}): Reply => ({
  status,
  body: { error: { type, code, message: code, ...more } },
})

const nested = (form: URLSearchParams, name: string): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([key, value]) => {
      const [, inner] = new RegExp(`^${name}\\[(\\w+)\\]$`).exec(key) ?? []
      return inner ? [[inner, value]] : []
    }),
  )

/** Plays Stripe's HTTP API as its documentation tells, as far as payments, refunds and transfers need it. */
export const openStripe = async (secret: string, now: () => Date) => {
  const intents = new Map<string, Intent>()
  const refunds = new Map<string, Record<string, unknown>>()
  const transfers: Record<string, unknown>[] = []
  const stored = new Map<string, Reply>()
  const mishaps: { path: RegExp; how: Mishap }[] = []
  const requests: { path: string; key: string | undefined }[] = []
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
  const moved = (type: string, amount: number, source: object) =>
    transactions.push({
      id: nextId('txn'),
      object: 'balance_transaction',
      type,
      amount,
      currency: 'eur',
      source,
      created: Math.floor(now().getTime() / 1000),
    })

  const confirm = (intent: Intent): Reply => {
    if (intent.status !== 'requires_confirmation')
      return refuse(400, 'invalid_request_error', 'payment_intent_unexpected_state')
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
    return { status: 200, body: intent }
  }
  const succeed = (intent: Intent) => {
    const fee = { object: 'balance_transaction', fee: 95, currency: intent.currency }
    Object.assign(intent, {
      status: 'succeeded',
      latest_charge: { id: nextId('ch'), object: 'charge', balance_transaction: fee },
    })
    moved('charge', intent.amount, { metadata: intent.metadata })
    tell('payment_intent.succeeded', { ...intent })
  }
  const list = (data: unknown[]): Reply => ({ status: 200, body: { object: 'list', data, has_more: false } })

  const answer = (method: string, path: string, form: URLSearchParams): Reply => {
    const [, , resource, id = '', verb] = path.split('/')
    const intent = intents.get(id)
    if (resource === 'payment_intents') {
      if (id === 'search') {
        const wanted = /:'(.+)'/.exec(form.get('query') ?? '')?.[1]
        return list(
          isSearchBlind ? [] : [...intents.values()].filter(({ metadata }) => metadata.troupe_payment === wanted),
        )
      }
      if (method === 'POST' && !id) {
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
        return { status: 200, body: made }
      }
      if (!intent) return refuse(404, 'invalid_request_error', 'resource_missing')
      if (verb === 'confirm') return confirm(intent)
      if (verb === 'cancel') {
        if (['succeeded', 'canceled'].includes(intent.status))
          return refuse(400, 'invalid_request_error', 'payment_intent_unexpected_state')
        intent.status = 'canceled'
      }
      return { status: 200, body: intent }
    }
    if (resource === 'refunds') {
      if (method === 'GET')
        return id
          ? { status: 200, body: refunds.get(id) ?? {} }
          : list([...refunds.values()].filter((one) => one.payment_intent === form.get('payment_intent')))
      const paid = intents.get(form.get('payment_intent') ?? '')
      const isRefused = paid?.payment_method.includes('no_refund')
      const refund = {
        id: nextId('re'),
        object: 'refund',
        payment_intent: paid?.id,
        metadata: nested(form, 'metadata'),
        status: isRefused ? 'failed' : 'succeeded',
        failure_reason: isRefused ? 'expired_or_canceled_card' : null,
      }
      refunds.set(refund.id, refund)
      if (!isRefused) moved('refund', -Number(form.get('amount')), { metadata: refund.metadata })
      tell(isRefused ? 'refund.failed' : 'refund.updated', refund)
      return { status: 200, body: refund }
    }
    if (resource === 'transfers') {
      if (method === 'GET') return list(transfers.filter((one) => one.transfer_group === form.get('transfer_group')))
      const transfer = { id: nextId('tr'), object: 'transfer', transfer_group: form.get('transfer_group') }
      transfers.push(transfer)
      moved('transfer', -Number(form.get('amount')), { metadata: nested(form, 'metadata') })
      return { status: 200, body: transfer }
    }
    if (resource === 'balance_transactions') return list(transactions)
    if (resource === 'customers')
      return form.get('payment_method')?.startsWith('pm_')
        ? { status: 200, body: { id: nextId('cus') } }
        : refuse(400, 'invalid_request_error', 'resource_missing')
    return { status: 200, body: { id, card: { brand: 'visa', last4: '4242' } } }
  }

  const once = (key: string | undefined, run: () => Reply): Reply => {
    const before = key === undefined ? undefined : stored.get(key)
    // As it was then: what is answered again does not tell what came since.
    const reply = before ?? (JSON.parse(JSON.stringify(run())) as Reply)
    if (key !== undefined) stored.set(key, reply)
    return reply
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe')
    const form = request.method === 'GET' ? searchParams : new URLSearchParams(Buffer.concat(chunks).toString())
    const key = request.headers['idempotency-key'] as string | undefined
    requests.push({ path: pathname, key })
    const at = mishaps.findIndex(({ path }) => path.test(`${request.method} ${pathname}`))
    const how = at < 0 ? undefined : mishaps.splice(at, 1)[0]?.how
    const fail = refuse(500, 'api_error', 'api_error')
    const reply =
      how === '500'
        ? fail
        : once(request.method === 'GET' ? undefined : key, () => answer(request.method ?? '', pathname, form))
    if (how === 'hangs') return
    if (how === 'lost') return void request.socket.destroy()
    const { status, body } = how === 'late 500' ? fail : reply
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intents,
    requests,
    events,
    /** Lets the next request like this go wrong. */
    spoil: (path: RegExp, how: Mishap) => void mishaps.push({ path, how }),
    blindSearch: (isBlind: boolean) => {
      isSearchBlind = isBlind
    },
    /** The payer does what their bank wants. */
    act: (id: string) => succeed(intents.get(id) as Intent),
    succeeded: (paymentId: string) =>
      [...intents.values()].filter(
        ({ metadata, status }) => metadata.troupe_payment === paymentId && status === 'succeeded',
      ),
    signed: (body: Buffer) => ({ 'stripe-signature': sign(secret, body, now()) }),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
