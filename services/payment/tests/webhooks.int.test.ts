import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { NodeServerRequest, NodeServerResponse } from '#shared/presentation/http-handler.ts'
import { deliverTo } from '../infrastructure/providers/sandbox-reports.ts'
import { sign } from '../infrastructure/providers/signature.ts'
import { webhookHandler } from '../presentation/webhook-handler.ts'
import { euro, openPayments, type TestPayments } from './fixture.ts'

interface Sent {
  body: Buffer
  signature: string
}

let own: TestPayments
let url = ''
let sent: Sent[] = []
let isTaken = true
let beforeAnswer = false
const server = createServer()

const post = async ({ body, signature }: Sent, headers: Record<string, string> = {}): Promise<number> => {
  const all = { 'sandbox-signature': signature, ...headers }
  return (await fetch(url, { method: 'POST', headers: all, body })).status
}

beforeAll(async () => {
  own = await openPayments('webhooks', {
    deliver: async (body, signature, signal) => {
      sent.push({ body, signature })
      return isTaken && (await deliverTo(url)(body, signature, signal))
    },
    around: (provider) => ({
      ...provider,
      charge: async (...asked) => {
        const answer = await provider.charge(...asked)
        if (beforeAnswer) await own.report()
        return answer
      },
    }),
  })
  const handle = webhookHandler(own.provider, own.app.noteReport, own.clock)
  server.on('request', (request, response) => {
    Promise.resolve(handle(request as NodeServerRequest, response as NodeServerResponse)).catch(() => {
      response.writeHead(500)
      response.end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/payments/sandbox`
})

afterEach(async () => {
  isTaken = true
  beforeAnswer = false
  await own.sql('delete from sandbox_reports')
  sent = []
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  server.close()
  await own.close()
})

describe('a webhook', () => {
  it('settles what is unknown, before anybody asks', async () => {
    const { id } = await own.pay('tok_0119')
    await own.report()
    expect((await own.get(id)).status).toBe('SUCCEEDED')
    expect(sent).toHaveLength(1)
    await own.report()
    expect(sent).toHaveLength(1)
  })

  it('before the answer of the charge: the answer changes nothing', async () => {
    beforeAnswer = true
    const paid = await own.pay()
    expect(sent).toHaveLength(1)
    expect(paid.status).toBe('SUCCEEDED')
    expect(await own.events(paid.id)).toEqual(['PaymentInitiated', 'PaymentSucceeded'])
  })

  it('twice, also at the same time and by another id, changes nothing', async () => {
    const { id } = await own.pay('tok_0119')
    isTaken = false
    await own.report()
    const [first] = sent as [Sent]
    const again = Buffer.from(first.body.toString().replace(/"id":"[^"]+"/, '"id":"another"'))
    const codes = await Promise.all([...Array.from({ length: 6 }, () => post(first)), post(signed(again))])
    for (const code of codes) expect([204, 500]).toContain(code)
    expect(await post(first)).toBe(204)
    expect(await own.events(id)).toEqual(['PaymentInitiated', 'PaymentBecameUnknown', 'PaymentSucceeded'])
  })

  const signed = (body: Buffer, at = own.clock.now(), key = ''): Sent => ({
    body,
    signature: sign(key || secret(), body, at),
  })

  it('in another order: what was first comes last, and changes nothing', async () => {
    const request = await own.request('tok_3220')
    const { id } = await own.initiate(request)
    isTaken = false
    await own.report()
    await own.confirm(request.payerId, id)
    own.clock.advance(2000)
    await own.report()
    const reports = sent
      .map(({ body }) => body)
      .filter((body, index, all) => all.findIndex((b) => b.equals(body)) === index)
    expect(reports.map((body) => JSON.parse(body.toString()).status)).toEqual(['REQUIRES_ACTION', 'SUCCEEDED'])
    for (const body of reports.reverse()) expect(await post(signed(body))).toBe(204)
    expect(await own.events(id)).toEqual(['PaymentInitiated', 'PaymentActionRequired', 'PaymentSucceeded'])
  })

  it('that a payer is waited for, before the answer or after it: they keep their hour', async () => {
    for (const isFirst of [true, false]) {
      beforeAnswer = isFirst
      const { id, payerId } = await own.pay('tok_3220')
      await own.report()
      await own.pass(59 * 60_000)
      expect((await own.get(id)).status).toBe('REQUIRES_ACTION')
      expect((await own.confirm(payerId, id)).status).toBe('SUCCEEDED')
    }
  })

  it('is sent again until it is taken', async () => {
    await own.pay()
    isTaken = false
    await own.report()
    isTaken = true
    own.clock.advance(10_000)
    await own.report()
    expect(sent).toHaveLength(2)
  })

  it('that is not signed, changed, or older than 300 s is refused', async () => {
    await own.pay()
    isTaken = false
    await own.report()
    const [{ body }] = sent as [Sent]
    const at = (ms: number) => new Date(own.clock.now().getTime() + ms)
    expect(await post({ body, signature: '' })).toBe(403)
    expect(await post(signed(body, at(0), 'guessed'))).toBe(403)
    expect(await post({ ...signed(body), body: Buffer.from(`${body.toString()} `) })).toBe(403)
    expect(await post(signed(body, at(-301_000)))).toBe(403)
    expect(await post(signed(body, at(301_000)))).toBe(403)
    expect(await post(signed(Buffer.from('not json')))).toBe(400)
    expect(await post(signed(body, at(-299_000)))).toBe(204)
  })
})

describe('late money', () => {
  it('for a payment that failed goes back by itself, once', async () => {
    const { id, purpose } = await own.pay('tok_0002')
    // The provider finds out that it did charge.
    await own.sql(`update sandbox_charges set status = 'SUCCEEDED', fee = 95 where key = $1`, id)
    await own.report()
    sent = []
    const body = { id: 'late', topic: 'PAYMENT', key: id, status: 'SUCCEEDED', external_id: `sandbox_${id}`, fee: 95 }
    const late = Buffer.from(JSON.stringify({ ...body, reason: '', currency: 'EUR' }))
    for (const _ of [1, 2])
      expect(await post({ body: late, signature: sign(secret(), late, own.clock.now()) })).toBe(204)
    await own.pass(60_000)
    const events = ['PaymentInitiated', 'PaymentFailed', 'PaymentCameLate', 'RefundRequested', 'RefundProcessed']
    expect(await own.events(id)).toEqual(events)
    expect(await own.get(id)).toMatchObject({ status: 'FAILED', refunded: euro(5000) })
    expect((await own.pay('tok_4242', { purpose })).status).toBe('SUCCEEDED')
  })
})

/** What the sandbox signs with here. */
const secret = () => own.webhookSecret
