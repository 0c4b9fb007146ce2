import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createMailgunWebhook } from '../infrastructure/providers/mailgun-webhook.ts'
import { createSendGridWebhook, isSendGridKey } from '../infrastructure/providers/sendgrid-webhook.ts'
import { jsonOf } from '../infrastructure/providers/webhook.ts'
import { isWithinMinutes, malformed, now, refusesEveryFlip, request, seconds } from './webhook-fixture.ts'

describe('SendGrid', () => {
  const signature = 'x-twilio-email-event-webhook-signature'
  const timestamp = 'x-twilio-email-event-webhook-timestamp'
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const webhook = createSendGridWebhook(pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'))
  const signed = (events: unknown, at = seconds) => {
    const body = JSON.stringify(events)
    const made = sign('sha256', Buffer.from(at + body), pair.privateKey).toString('base64')
    return request({ body, headers: { [signature]: made, [timestamp]: at } })
  }

  // From the tests of the vendor's own library, sendgrid-nodejs.
  it('signs as its own library says', () => {
    const published = createSendGridWebhook(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
    )
    const body =
      '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
    const headers = {
      [signature]: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
      [timestamp]: '1600112502',
    }
    expect(published.verify(request({ body, headers }), new Date(1600112502_000))).toBe(true)
    expect(published.verify(request({ body: body.trim(), headers }), new Date(1600112502_000))).toBe(false)
  })

  it('is refused when one byte is another, or when it is old', async () => {
    const one = signed([{ event: 'delivered', timestamp: 1, key: 'k' }])
    await refusesEveryFlip(webhook, one, [signature, timestamp])
    await isWithinMinutes(webhook, one)
    expect(webhook.verify(request({ body: '[]' }), now)).toBe(false)
    expect(webhook.verify(signed([], 'soon'), now)).toBe(false)
  })

  it('tells what became of mails, and of nothing else', () => {
    const at = 1600112492
    const tell = (event: object) => webhook.parse(signed([{ timestamp: at, key: 'key-1', ...event }]), now)
    const report = (kind: string, detail: string) => [{ providerId: 'key-1', kind, at: new Date(at * 1000), detail }]
    expect(tell({ event: 'delivered', response: '250 OK olga@example.org' })).toEqual(report('delivered', 'delivered'))
    expect(tell({ event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 olga@example.org' })).toEqual(
      report('bounced', 'bounce bounce 5.1.1'),
    )
    expect(tell({ event: 'bounce', type: 'blocked', status: '5.7.1' })).toEqual(
      report('soft_bounced', 'bounce blocked 5.7.1'),
    )
    expect(tell({ event: 'deferred', attempt: '5' })).toEqual([])
    expect(tell({ event: 'dropped', reason: 'Bounced Address' })).toEqual(report('bounced', 'dropped'))
    expect(tell({ event: 'dropped', reason: 'Spam Content' })).toEqual(report('soft_bounced', 'dropped'))
    expect(tell({ event: 'open' })).toEqual(report('opened', 'open'))
    expect(tell({ event: 'open', sg_machine_open: true })).toEqual([])
    expect(tell({ event: 'click', url: 'https://x.example/?token=secret' })).toEqual(report('clicked', 'click'))
    expect(tell({ event: 'spamreport' })).toEqual(report('complained', 'spamreport'))
    expect(tell({ event: 'processed' })).toEqual([])
    expect(tell({ event: 'delivered', key: undefined })).toEqual([])
    expect(webhook.parse(signed([1, null, { event: 'open', timestamp: 1, key: 'k' }]), now)).toHaveLength(1)
  })

  it('is malformed without a list of events or a time', () => {
    expect(() => webhook.parse(request({ body: '{' }), now)).toThrow(malformed)
    expect(() => webhook.parse(signed({}), now)).toThrow(malformed)
    expect(() => webhook.parse(signed([{ event: 'open', key: 'k', timestamp: 'x' }]), now)).toThrow(malformed)
  })

  it('is set up with a key on P-256', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    expect(isSendGridKey(rsa.export({ type: 'spki', format: 'der' }).toString('base64'))).toBe(false)
    expect(isSendGridKey(pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'))).toBe(true)
    expect(isSendGridKey('SG.something')).toBe(false)
  })
})

describe('Mailgun', () => {
  const webhook = createMailgunWebhook('signing-key')
  const signed = (data: unknown, at = seconds) => {
    const token = 'a'.repeat(50)
    const made = createHmac('sha256', 'signing-key')
      .update(at + token)
      .digest('hex')
    return request({
      body: JSON.stringify({ signature: { timestamp: at, token, signature: made }, 'event-data': data }),
    })
  }

  it('is refused when one byte of what is signed is another, or when it is old', async () => {
    const one = signed({ event: 'delivered' })
    const signatureOf = (body: Uint8Array) =>
      JSON.stringify((jsonOf(body) as { signature?: object } | undefined)?.signature)
    // No more than timestamp, token and signature is signed.
    await refusesEveryFlip(webhook, one, [], (body) => signatureOf(body) === signatureOf(one.body))
    await isWithinMinutes(webhook, one)
    expect(createMailgunWebhook('another').verify(one, now)).toBe(false)
    for (const body of ['', 'null', '[]', '{}', '{"signature":{"timestamp":1,"token":2,"signature":3}}']) {
      expect(webhook.verify(request({ body }), now), body).toBe(false)
    }
  })

  it('tells what became of mails, and of nothing else', () => {
    const at = 1529006854.329
    const tell = (data: object) =>
      webhook.parse(signed({ timestamp: at, 'user-variables': { key: 'key-1' }, ...data }), now)
    const report = (kind: string, detail: string) => [{ providerId: 'key-1', kind, at: new Date(at * 1000), detail }]
    expect(tell({ event: 'delivered', 'delivery-status': { code: 250, message: 'olga@example.org' } })).toEqual(
      report('delivered', 'delivered 250'),
    )
    const failed = { event: 'failed', severity: 'permanent', 'delivery-status': { code: 550 } }
    expect(tell({ ...failed, reason: 'bounce' })).toEqual(report('bounced', 'failed permanent bounce 550'))
    expect(tell({ ...failed, reason: 'suppress-bounce' })).toMatchObject([{ kind: 'bounced' }])
    expect(tell({ ...failed, reason: 'old' })).toMatchObject([{ kind: 'soft_bounced' }])
    expect(tell({ event: 'failed', severity: 'temporary', reason: 'bounce' })).toEqual([])
    expect(tell({ event: 'opened' })).toEqual(report('opened', 'opened'))
    expect(tell({ event: 'clicked', url: 'https://x.example/?token=secret' })).toEqual(report('clicked', 'clicked'))
    expect(tell({ event: 'complained' })).toEqual(report('complained', 'complained'))
    expect(tell({ event: 'accepted' })).toEqual([])
    expect(tell({ event: 'opened', 'user-variables': [] })).toEqual([])
    expect(() => tell({ event: 'opened', timestamp: null })).toThrow(malformed)
    expect(() => webhook.parse(request({ body: '{}' }), now)).toThrow(malformed)
  })
})
