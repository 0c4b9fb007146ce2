import { createHash, createHmac } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createMessageBirdWebhook } from '../infrastructure/providers/messagebird-webhook.ts'
import { createTwilioWebhook } from '../infrastructure/providers/twilio-webhook.ts'
import type { WebhookRequest } from '../infrastructure/providers/webhook.ts'
import { later, now, refusesEveryFlip, request, seconds } from './webhook-fixture.ts'

describe('Twilio', () => {
  const url = 'https://troupe.example/hooks/twilio'
  const webhook = createTwilioWebhook('12345', url)
  const signed = (fields: Record<string, string>, query = 'key=key-1') => {
    const names = Object.keys(fields).sort()
    const text = names.reduce((all, name) => `${all}${name}${fields[name]}`, `${url}?${query}`)
    const signature = createHmac('sha1', '12345').update(text).digest('base64')
    const body = new URLSearchParams(fields).toString()
    return request({ query, body, headers: { 'x-twilio-signature': signature } })
  }

  // From the vendor's documentation of webhook security.
  it('signs as its documentation says', () => {
    const documented = createTwilioWebhook('12345', 'https://mycompany.com/myapp.php')
    const body = 'Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE'
    const headers = { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }
    expect(documented.verify(request({ query: 'foo=1&bar=2', body, headers }), now)).toBe(true)
    expect(documented.verify(request({ query: 'foo=1', body, headers }), now)).toBe(false)
    expect(documented.verify(request({ query: 'foo=1&bar=2', body }), now)).toBe(false)
  })

  it('is refused when one byte is another', async () => {
    const one = signed({ MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30005', To: '+4915112345678' })
    const fields = (body: Uint8Array) => JSON.stringify([...new URLSearchParams(Buffer.from(body).toString())])
    // `%2b` says what `%2B` says.
    await refusesEveryFlip(webhook, one, ['x-twilio-signature'], (body) => fields(body) === fields(one.body))
  })

  it('tells what became of messages, and of nothing else', () => {
    const tell = (fields: Record<string, string>, query?: string) =>
      webhook.parse(signed({ MessageSid: 'SM1', To: '+4915112345678', ...fields }, query), now)
    const report = (kind: string, detail: string) => [{ providerId: 'key-1', kind, at: now, detail }]
    expect(tell({ MessageStatus: 'delivered' })).toEqual(report('delivered', 'delivered'))
    expect(tell({ MessageStatus: 'undelivered', ErrorCode: '30005' })).toEqual(report('bounced', 'undelivered 30005'))
    expect(tell({ MessageStatus: 'failed', ErrorCode: '30003' })).toEqual(report('soft_bounced', 'failed 30003'))
    expect(tell({ MessageStatus: 'sent' })).toEqual([])
    expect(tell({ MessageStatus: 'delivered' }, 'a=b')).toEqual([])
  })
})

describe('MessageBird', () => {
  const url = 'https://troupe.example/hooks/messagebird'
  const webhook = createMessageBirdWebhook('signing-key', url)
  const header = 'messagebird-signature-jwt'
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const signed = async (query: string, body = '', claims: object = {}, key = 'signing-key') => {
    const at = Number(seconds)
    const token = await new SignJWT({
      iss: 'MessageBird',
      nbf: at,
      exp: at + 60,
      jti: 'j1',
      url_hash: sha256(query ? `${url}?${query}` : url),
      ...(body && { payload_hash: sha256(body) }),
      ...claims,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(Buffer.from(key))
    return request({ query, body, headers: { [header]: token } })
  }
  const query = (fields: Record<string, string>) => new URLSearchParams({ reference: 'key-1', ...fields }).toString()

  // From the tests of the vendor's own library, go-rest-api.
  it('signs as its own library says', async () => {
    const published = createMessageBirdWebhook(
      '36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb',
      'https://example.com/path',
    )
    const token =
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I'
    const one = request({ query: 'bar=1&foo=2', body: 'Hello, World!', headers: { [header]: token } })
    const at = new Date(1625479230_000)
    expect(await published.verify(one, at)).toBe(true)
    expect(await published.verify({ ...one, query: 'bar=1&foo=3' }, at)).toBe(false)
    expect(await published.verify({ ...one, body: Buffer.from('Hello, World?') }, at)).toBe(false)
  })

  it('is refused when one byte is another, or when it is old', async () => {
    await refusesEveryFlip(webhook, await signed(query({ status: 'delivered' })), [header])
    const posted = await signed('', query({ status: 'delivered' }))
    await refusesEveryFlip(webhook, posted, [header])
    const at = [-6, -4, 0, 5.9, 6.1].map((minutes) => webhook.verify(posted, later(minutes)))
    expect(await Promise.all(at)).toEqual([false, true, true, true, false])
  })

  it('is refused with another key, issuer or claim, or with a body that is not signed', async () => {
    const verify = async (made: Promise<WebhookRequest>) => webhook.verify(await made, now)
    expect(await verify(signed('a=b'))).toBe(true)
    expect(await verify(signed('a=b', '', {}, 'another-key'))).toBe(false)
    expect(await verify(signed('a=b', '', { iss: 'Eve' }))).toBe(false)
    expect(await verify(signed('a=b', '', { exp: undefined }))).toBe(false)
    expect(await verify(signed('a=b', '', { url_hash: undefined }))).toBe(false)
    expect(await verify(signed('a=b', 'body', { payload_hash: undefined }))).toBe(false)
    expect(await webhook.verify(request({ query: 'a=b' }), now)).toBe(false)
    const { headers } = await signed('a=b')
    expect(await webhook.verify({ ...request({ query: 'a=b', body: 'more' }), headers }, now)).toBe(false)
  })

  it('tells what became of messages, and of nothing else', async () => {
    const at = '2026-11-26T08:59:00+00:00'
    const tell = async (fields: Record<string, string>) =>
      webhook.parse(await signed(query({ statusDatetime: at, recipient: '4915112345678', ...fields })), now)
    const report = (kind: string, detail: string) => [{ providerId: 'key-1', kind, at: new Date(at), detail }]
    expect(await tell({ status: 'delivered' })).toEqual(report('delivered', 'delivered'))
    expect(await tell({ status: 'delivery_failed', statusReason: 'unknown subscriber' })).toEqual(
      report('bounced', 'delivery_failed unknown subscriber'),
    )
    expect(await tell({ status: 'delivery_failed', statusErrorCode: '1' })).toMatchObject([{ kind: 'bounced' }])
    expect(await tell({ status: 'expired' })).toEqual(report('soft_bounced', 'expired'))
    expect(await tell({ status: 'sent' })).toEqual([])
    expect(await tell({ status: 'delivered', reference: '' })).toEqual([])
    const bare = await signed(`reference=key-1&status=delivered&statusDatetime=${at}`)
    expect(webhook.parse(bare, now)).toEqual(report('delivered', 'delivered'))
    const posted = await signed('', query({ status: 'delivered' }))
    expect(webhook.parse(posted, now)).toMatchObject([{ providerId: 'key-1', at: now }])
  })
})
