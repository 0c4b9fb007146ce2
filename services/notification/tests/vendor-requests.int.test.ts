import { afterEach, describe, expect, it } from 'vitest'
import { form, json, type Received } from '#shared/tests/stand-in.ts'
import { createFcmSender } from '../infrastructure/providers/fcm.ts'
import { createHttpSender } from '../infrastructure/providers/http-sender.ts'
import { isPushService } from '../infrastructure/providers/web-push.ts'
import { createReceiver, vapidClaims } from './push-receiver.ts'
import { accounts, createFcmApi, pushServiceApi } from './vendor-apis.ts'
import { cases, clock, google, mail, never, pushTo, receiver, sms, timeoutMs, webPush } from './vendor-cases.ts'
import { startVendor, type Vendor } from './vendor-stand-in.ts'

const open: Vendor[] = []
afterEach(async () => {
  for (const api of open.splice(0)) await api.stop()
})
const start = async (handle: Parameters<typeof startVendor>[0]) => {
  const api = await startVendor(handle)
  open.push(api)
  return api
}

/** What is said to a vendor for one message, and how it ended. */
const said = async (name: string) => {
  const vendor = cases.find((each) => each.name === name)
  if (!vendor) throw new Error(`no vendor ${name}`)
  const api = await start(vendor.handle)
  const outcome = await vendor.sender(api.url, timeoutMs).send(vendor.message(api.url), 'key-1', never)
  return { request: api.received.at(-1) as Received, outcome, url: api.url }
}

describe('what a vendor is told', () => {
  it('SendGrid: both parts, the headers, and the key as an argument that comes back', async () => {
    const { request, outcome } = await said('sendgrid')
    expect(json(request)).toMatchObject({
      personalizations: [{ to: [{ email: mail.to }] }],
      from: { email: 'hello@troupe.example', name: 'Troupe' },
      subject: mail.subject,
      content: [
        { type: 'text/plain', value: mail.text },
        { type: 'text/html', value: mail.html },
      ],
      headers: { ...mail.headers, 'Content-Language': 'de' },
      custom_args: { key: 'key-1' },
    })
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'key-1' })
  })

  it('Mailgun: both parts, the headers, the key as a variable, and one Message-ID a key', async () => {
    const { request, outcome } = await said('mailgun')
    expect(form(request)).toEqual({
      from: 'Troupe <hello@troupe.example>',
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      'h:Message-Id': expect.stringMatching(/^<[\w-]{32}@troupe\.example>$/),
      'h:Content-Language': 'de',
      'h:List-Unsubscribe': mail.headers['List-Unsubscribe'],
      'h:List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'v:key': 'key-1',
    })
    expect(form((await said('mailgun')).request)['h:Message-Id']).toBe(form(request)['h:Message-Id'])
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'key-1' })
  })

  it('Twilio: the key in the address for reports', async () => {
    const { request, outcome } = await said('twilio')
    expect(form(request)).toEqual({
      To: sms.to,
      From: '+15005550006',
      Body: sms.text,
      StatusCallback: 'https://troupe.example/hooks/twilio?key=key-1',
    })
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'key-1' })
  })

  it('MessageBird: the key as reference', async () => {
    const { request, outcome } = await said('messagebird')
    expect(json(request)).toEqual({
      originator: 'Troupe',
      recipients: [sms.to.slice(1)],
      body: sms.text,
      datacoding: 'auto',
      reference: 'key-1',
      reportUrl: 'https://troupe.example/hooks/messagebird',
    })
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'key-1' })
  })

  it('FCM: one tag a key, so that what comes twice is shown once', async () => {
    const { request, outcome } = await said('fcm')
    const { message } = json(request)
    expect(message).toMatchObject({
      token: 'device-1',
      notification: { title: 'Zürich is out', body: 'Mia published “Zürich” ✓' },
      data: { story: '1', url: 'https://troupe.example/s/1' },
      webpush: { fcm_options: { link: 'https://troupe.example/s/1' } },
    })
    const tag = expect.stringMatching(/^[\w-]{32}$/)
    expect(message.android.notification).toEqual({ tag })
    expect(message.apns.headers['apns-collapse-id']).toBe(message.android.notification.tag)
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'projects/troupe-1/messages/1' })
  })

  it('a push service: nothing that it can read, and who sends it', async () => {
    const { request, outcome, url } = await said('web-push')
    expect(request.body.toString('latin1')).not.toMatch(/Mia|story|title/)
    expect(JSON.parse(receiver.decrypt(request.body))).toEqual({
      title: 'Zürich is out',
      body: 'Mia published “Zürich” ✓',
      url: 'https://troupe.example/s/1',
      data: { story: '1' },
      tag: request.headers.topic,
    })
    expect(request.headers).toMatchObject({ ttl: '86400', 'content-encoding': 'aes128gcm', urgency: 'normal' })
    const claims = await vapidClaims(request.headers.authorization ?? '', accounts.vapid.publicKey, url)
    expect(claims).toMatchObject({ aud: url, sub: accounts.vapid.subject })
    expect(outcome).toMatchObject({ kind: 'accepted', providerId: expect.stringContaining(`${url}/m/`) })
    expect(() => createReceiver().decrypt(request.body)).toThrow()
  })

  // RFC 8291, appendix A.
  it('the receiver of these tests reads as RFC 8291 says', () => {
    const { p256dh, decrypt } = createReceiver('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94', 'BTBZMqHH6r4Tts7J_aSIgg')
    expect(p256dh).toBe('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4')
    const body =
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN'
    expect(decrypt(Buffer.from(body, 'base64url'))).toBe('When I grow up, I want to be a watermelon')
  })
})

describe('access tokens of FCM', () => {
  const message = pushTo({ kind: 'fcm', token: 'device-1' })

  it('are asked for once by many, kept, and renewed before they end', async () => {
    const fcm = createFcmApi(() => clock.now())
    const api = await start(fcm.handle)
    const sender = createFcmSender({ baseUrl: api.url, timeoutMs, account: google(api.url) }, clock)
    const send = () => sender.send(message, 'key-1', never)
    const outcomes = await Promise.all(Array.from({ length: 10 }, send))
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    clock.advance(58 * 60_000)
    expect(await send()).toMatchObject({ kind: 'accepted' })
    expect(fcm.tokens()).toBe(1)
    clock.advance(60_000)
    expect(await send()).toMatchObject({ kind: 'accepted' })
    expect(fcm.tokens()).toBe(2)
  })

  it('are dropped when they are refused, and when there was none', async () => {
    const fcm = createFcmApi(() => clock.now())
    const api = await start(fcm.handle)
    const sender = () => createFcmSender({ baseUrl: api.url, timeoutMs, account: google(api.url) }, clock)
    const [one, other] = [sender(), sender()]
    await one.send(message, 'key-1', never)
    await other.send(message, 'key-1', never)
    expect(await one.send(message, 'key-1', never)).toMatchObject({ kind: 'busy', reason: '401 UNAUTHENTICATED' })
    expect(await one.send(message, 'key-1', never)).toMatchObject({ kind: 'accepted' })
    const late = sender()
    api.misbehave({ status: 500 })
    expect(await late.send(message, 'key-1', never)).toMatchObject({ kind: 'busy', reason: 'access token: 500' })
    api.misbehave(undefined)
    expect(await late.send(message, 'key-1', never)).toMatchObject({ kind: 'accepted' })
  })
})

describe('a push that is longer than a service takes', () => {
  const body = '👩‍🚀 grüßt. '.repeat(1000)

  it('is cut for a browser, and arrives', async () => {
    const api = await start(pushServiceApi)
    const { p256dh, auth } = receiver
    const push = { ...pushTo({ kind: 'web', token: `${api.url}/x`, p256dh, auth }), body }
    expect(await webPush(api.url).send(push, 'key-1', never)).toMatchObject({ kind: 'accepted' })
    const [request] = api.received
    const shown = JSON.parse(receiver.decrypt(request?.body ?? Buffer.alloc(0)))
    expect(shown).toMatchObject({ title: push.title, url: push.url, data: push.data })
    expect(shown.body).toMatch(/^👩‍🚀 grüßt\. .*…$/u)
    expect(body.startsWith(shown.body.slice(0, -1))).toBe(true)
    expect(request?.body.length).toBeGreaterThan(4000)
  })

  it('is cut for an app, and costs nobody their device where it is refused all the same', async () => {
    const api = await start(createFcmApi(() => clock.now()).handle)
    const sender = createFcmSender({ baseUrl: api.url, timeoutMs, account: google(api.url) }, clock)
    const to = (token: string, text = body) => ({ ...pushTo({ kind: 'fcm', token }), body: text })
    expect(await sender.send(to('device-1'), 'key-1', never)).toMatchObject({ kind: 'accepted' })
    const { notification, data } = json(api.received.at(-1) as Received).message
    expect(data.url).toBe('https://troupe.example/s/1')
    expect(body.startsWith(notification.body.slice(0, -1))).toBe(true)
    expect(notification.body.length).toBeGreaterThan(1500)
    const long = { ...to('device-1', 'x'), data: { story: 'x'.repeat(4096) } }
    expect(await sender.send(long, 'key-1', never)).toEqual({ kind: 'refused', reason: 'longer than 4096 bytes' })
    expect(await sender.send(to('small', 'x'), 'key-1', never)).toMatchObject({ kind: 'refused' })
    for (const token of ['malformed', 'misplaced', 'gone', 'other']) {
      expect(await sender.send(to(token, 'x'), 'key-1', never), token).toMatchObject({ kind: 'unreachable' })
    }
  })
})

describe('what fails before there is a request', () => {
  it('is for another time: none was sent', async () => {
    const vendor = createHttpSender<string>({
      name: 'x',
      timeoutMs,
      request: () => {
        throw new TypeError('olga@example.org cannot be put')
      },
      idOf: () => '',
      refusal: () => ({ reason: '', unreachable: false }),
    })
    const outcome = { kind: 'busy', reason: 'not put together: TypeError', retryAfterMs: undefined }
    expect(await vendor.send('x', 'key-1', never)).toEqual(outcome)
    const api = await start(createFcmApi(() => clock.now()).handle)
    let isBroken = true
    const broken = {
      now: () => {
        if (isBroken) return new Date(Number.NaN)
        return clock.now()
      },
    }
    const fcm = createFcmSender({ baseUrl: api.url, timeoutMs, account: google(api.url) }, broken)
    const message = pushTo({ kind: 'fcm', token: 'device-1' })
    expect(await fcm.send(message, 'key-1', never)).toMatchObject({ kind: 'busy' })
    expect(api.received).toHaveLength(0)
    isBroken = false
    expect(await fcm.send(message, 'key-1', never)).toMatchObject({ kind: 'accepted' })
  })
})

describe('a device', () => {
  const hosts = ['fcm.googleapis.com', '*.push.apple.com', 'http://127.0.0.1:9000']

  it.each([
    ['https://fcm.googleapis.com/fcm/send/abc', true],
    ['https://web.push.apple.com/x', true],
    ['http://127.0.0.1:9000/x', true],
    ['http://fcm.googleapis.com/x', false],
    ['https://fcm.googleapis.com:8443/x', false],
    ['https://user@fcm.googleapis.com/x', false],
    ['https://fcm.googleapis.com.example.org/x', false],
    ['https://evilpush.apple.com/x', false],
    ['https://push.apple.com/x', false],
    ['http://127.0.0.1:9001/x', false],
    ['https://169.254.169.254/latest/meta-data', false],
    ['file:///etc/passwd', false],
    ['nothing', false],
  ])('at %s: %s', (endpoint, isOne) => {
    expect(isPushService(endpoint, hosts)).toBe(isOne)
  })

  it('whose endpoint or keys are none is not sent to', async () => {
    const api = await start(pushServiceApi)
    const { p256dh, auth } = receiver
    const sender = webPush(api.url)
    for (const device of [
      { token: 'https://127.0.0.1:1/x', p256dh, auth },
      { token: `${api.url}/x`, p256dh: Buffer.alloc(65, 4).toString('base64url'), auth },
      { token: `${api.url}/x`, p256dh: p256dh.slice(2), auth },
      { token: `${api.url}/x`, p256dh, auth: 'short' },
      { token: `${api.url}/x` },
    ]) {
      expect(await sender.send(pushTo({ kind: 'web', ...device }), 'key-1', never)).toMatchObject({
        kind: 'unreachable',
      })
    }
    expect(api.received).toHaveLength(0)
  })
})
