import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { form } from '#shared/tests/stand-in.ts'
import { createMailgunSender } from '../infrastructure/providers/mailgun.ts'
import { createMailgunWebhook } from '../infrastructure/providers/mailgun-webhook.ts'
import { webhookHandler } from '../presentation/webhook-handler.ts'
import { openNotification, type TestNotification } from './fixture.ts'
import { accounts, mailgunApi } from './vendor-apis.ts'
import { startVendor, type Vendor } from './vendor-stand-in.ts'

let api: Vendor
let notification: TestNotification
let url: string
const server = createServer()
beforeAll(async () => {
  api = await startVendor(mailgunApi)
  const from = { address: 'hello@troupe.example', name: undefined }
  const email = createMailgunSender({ baseUrl: api.url, timeoutMs: 5000, from, ...accounts.mailgun })
  notification = await openNotification('notification_webhooks', { senders: { email } })
  const { app, call, clock } = notification
  const handler = webhookHandler(
    createMailgunWebhook('signing-key'),
    (provider, report) => call(() => app.noteReport(provider, report)),
    clock,
  )
  server.on('request', handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/mailgun`
})
afterAll(async () => {
  await notification.close()
  await api.stop()
  server.close()
})

const post = async (body: string) => (await fetch(url, { method: 'POST', body })).status
/** What Mailgun reports of a message, so many minutes ago. */
const report = async (key: string, data: object, minutesAgo = 0, signingKey = 'signing-key') => {
  const now = notification.clock.now().getTime() / 1000
  const [timestamp, token] = [String(now), 'a'.repeat(50)]
  const signature = createHmac('sha256', signingKey)
    .update(timestamp + token)
    .digest('hex')
  const event = { timestamp: now - minutesAgo * 60, 'user-variables': { key }, ...data }
  return post(JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }))
}
const bounce = { event: 'failed', severity: 'permanent', reason: 'bounce' }

const sendTo = async (userId: string) => {
  api.reset()
  await notification.announce({ kind: 'welcome', data: { path: '/' }, to: userId })
  await notification.sendDue()
  return api.accepted.map((request) => form(request)['v:key'] ?? '')
}
const mailStatusOf = async (userId: string) =>
  (await notification.statusesOf(userId)).filter((status) => status.includes('email'))

describe('a report of a provider', () => {
  it('tells of a delivery, and ends what goes to an address that is none', async () => {
    const userId = await notification.newPerson()
    const [key = ''] = await sendTo(userId)
    expect(await mailStatusOf(userId)).toEqual(['welcome email SENT'])
    expect(await report(key, { event: 'delivered' })).toBe(204)
    expect(await mailStatusOf(userId)).toEqual(['welcome email DELIVERED'])
    expect(await report(key, bounce)).toBe(204)
    expect(await report(key, bounce)).toBe(204)
    expect(await mailStatusOf(userId)).toEqual([expect.stringContaining('welcome email BOUNCED')])
    expect(await sendTo(userId)).toEqual([])
    expect((await mailStatusOf(userId)).join()).toContain('FAILED SUPPRESSED')
  })

  it('of a digest settles what went out in it as well, and ends what goes to its address', async () => {
    const { announce, clock, database, fanOutAll, newPerson, statusesOf } = notification
    const [author, userId] = [await newPerson(), await newPerson()]
    const published = async (title: string) => {
      const data = { path: '/', title, author: { person: author } }
      await announce({ kind: 'story_published', aboutId: author, data, to: { kind: 'users', ids: [userId] } })
      await fanOutAll()
    }
    const digest = async () => {
      api.reset()
      for (const title of ['one', 'two', 'three']) await published(title)
      clock.advance(24 * 60 * 60_000)
      await notification.sendDue()
      return api.accepted.map((request) => form(request)['v:key'] ?? '')
    }
    const told = async () => (await statusesOf(userId)).filter((status) => status.includes('email'))
    const all = (status: string) =>
      ['digest', ...Array(3).fill('story_published')].map((kind) => `${kind} email ${status}`)
    const [key = ''] = await digest()
    expect(await told()).toEqual(all('SENT'))
    expect(await report(key, { event: 'delivered' })).toBe(204)
    expect(await told()).toEqual(all('DELIVERED'))
    for (const event of ['opened', 'clicked']) expect(await report(key, { event })).toBe(204)
    const opened = await database.sql(
      `select kind, opened_at is not null as opened, clicked_at is not null as clicked from deliveries
       where recipient_id = $1 and channel = 'email' order by kind`,
      userId,
    )
    const item = { kind: 'story_published', opened: true, clicked: false }
    expect(opened).toEqual([{ kind: 'digest', opened: true, clicked: true }, item, item, item])
    expect(await report(key, bounce)).toBe(204)
    expect(await report(key, bounce)).toBe(204)
    expect(await told()).toEqual(all('BOUNCED failed permanent bounce'))
    expect(await digest()).toEqual([])
    expect((await told()).filter((status) => status.includes('digest'))).toContain(
      'digest email FAILED SUPPRESSED: SUPPRESSED',
    )
  })

  it('is refused unsigned, unread or too long, and is to come again when it is early', async () => {
    const userId = await notification.newPerson()
    const [key = ''] = await sendTo(userId)
    expect(await report(key, bounce, 0, 'another')).toBe(403)
    expect(await post('nothing')).toBe(403)
    expect(await post('x'.repeat(1024 * 1024 + 1))).toBe(413)
    expect(await report(key, { ...bounce, timestamp: 'then' })).toBe(400)
    expect(await mailStatusOf(userId)).toEqual(['welcome email SENT'])
    expect(await report(crypto.randomUUID(), bounce, 1)).toBe(503)
    expect(await report(crypto.randomUUID(), bounce, 20)).toBe(204)
  })
})
