import { FixedClock } from '#shared/domain/clock.ts'
import type { Mail, Push, Sender, Sms } from '../domain/ports.ts'
import { createFcmSender } from '../infrastructure/providers/fcm.ts'
import { createMailgunSender } from '../infrastructure/providers/mailgun.ts'
import { createMessageBirdSender } from '../infrastructure/providers/messagebird.ts'
import { createSendGridSender } from '../infrastructure/providers/sendgrid.ts'
import { createTwilioSender } from '../infrastructure/providers/twilio.ts'
import { createWebPushSender } from '../infrastructure/providers/web-push.ts'
import { createReceiver } from './push-receiver.ts'
import {
  accounts,
  createFcmApi,
  mailgunApi,
  messageBirdApi,
  pushServiceApi,
  sendgridApi,
  twilioApi,
} from './vendor-apis.ts'
import type { startVendor } from './vendor-stand-in.ts'

/** The time of all senders under test. */
export const clock = new FixedClock('2026-11-26T09:00:00Z')
export const never = new AbortController().signal
export const timeoutMs = 5000
const from = { address: 'hello@troupe.example', name: 'Troupe' }
export const mail: Mail = {
  to: 'olga@example.org',
  subject: 'Ваша история — ✓',
  html: '<p>Grüße</p>',
  text: 'Grüße',
  language: 'de',
  headers: { 'List-Unsubscribe': '<https://x.example/u>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
}
export const sms: Sms = { to: '+4915112345678', text: 'Ваш код — 123' }
export const receiver = createReceiver()
const { p256dh, auth } = receiver
export const pushTo = (device: Push['device']): Push => ({
  device,
  title: 'Zürich is out',
  body: 'Mia published “Zürich” ✓',
  url: 'https://troupe.example/s/1',
  data: { story: '1' },
})

/** One vendor. `nobody` is a message that reaches no one any more; `invalid`, one that the vendor does not take. */
interface Case<M> {
  name: string
  handle: Parameters<typeof startVendor>[0]
  sender(url: string, timeoutMs: number): Sender<M>
  message(url: string): M
  nobody(url: string): M
  invalid(url: string): M
  badKey(url: string): Sender<M>
}
export const webPush = (url: string, timeout = timeoutMs, vapid = accounts.vapid) =>
  createWebPushSender({ ...vapid, hosts: [url], timeoutMs: timeout })
const toBrowser = (path: string) => (url: string) => pushTo({ kind: 'web', token: `${url}${path}`, p256dh, auth })
export const google = (url: string) => ({ ...accounts.google, tokenUri: `${url}/token` })
const fcmApi = createFcmApi(() => clock.now())

/** The vendors: their stand-ins, the senders to them, and messages that they take or refuse. */
export const cases: Case<Mail & Sms & Push>[] = [
  {
    name: 'sendgrid',
    handle: sendgridApi,
    sender: (baseUrl: string, timeoutMs: number) =>
      createSendGridSender({ baseUrl, timeoutMs, from, ...accounts.sendgrid }),
    message: () => mail,
    nobody: () => ({ ...mail, to: 'olga at home' }),
    invalid: () => ({ ...mail, subject: '' }),
    badKey: (baseUrl: string) => createSendGridSender({ baseUrl, timeoutMs, from, apiKey: 'wrong' }),
  },
  {
    name: 'mailgun',
    handle: mailgunApi,
    sender: (baseUrl: string, timeoutMs: number) =>
      createMailgunSender({ baseUrl, timeoutMs, from, ...accounts.mailgun }),
    message: () => mail,
    nobody: () => ({ ...mail, to: 'olga at home' }),
    invalid: () => ({ ...mail, subject: '' }),
    badKey: (baseUrl: string) =>
      createMailgunSender({ baseUrl, timeoutMs, from, ...accounts.mailgun, apiKey: 'wrong' }),
  },
  {
    name: 'twilio',
    handle: twilioApi,
    sender: (baseUrl: string, timeoutMs: number) =>
      createTwilioSender({
        baseUrl,
        timeoutMs,
        ...accounts.twilio,
        from: '+15005550006',
        reportUrl: 'https://troupe.example/hooks/twilio',
      }),
    message: () => sms,
    nobody: () => ({ ...sms, to: '+0' }),
    invalid: () => ({ ...sms, text: '' }),
    badKey: (baseUrl: string) =>
      createTwilioSender({ baseUrl, timeoutMs, accountSid: 'AC123', authToken: 'x', from: 'X', reportUrl: undefined }),
  },
  {
    name: 'messagebird',
    handle: messageBirdApi,
    sender: (baseUrl: string, timeoutMs: number) =>
      createMessageBirdSender({
        baseUrl,
        timeoutMs,
        ...accounts.messagebird,
        originator: 'Troupe',
        reportUrl: 'https://troupe.example/hooks/messagebird',
      }),
    message: () => sms,
    nobody: () => ({ ...sms, to: '+0' }),
    invalid: () => ({ ...sms, text: '' }),
    badKey: (baseUrl: string) =>
      createMessageBirdSender({ baseUrl, timeoutMs, accessKey: 'x', originator: 'Troupe', reportUrl: undefined }),
  },
  {
    name: 'fcm',
    handle: fcmApi.handle,
    sender: (baseUrl: string, timeoutMs: number) =>
      createFcmSender({ baseUrl, timeoutMs, account: google(baseUrl) }, clock),
    message: () => pushTo({ kind: 'fcm', token: 'device-1' }),
    nobody: () => pushTo({ kind: 'fcm', token: 'gone' }),
    invalid: () => ({ ...pushTo({ kind: 'fcm', token: 'device-1' }), data: { story: 1 as unknown as string } }),
    badKey: (baseUrl: string) =>
      createFcmSender({ baseUrl, timeoutMs, account: { ...google(baseUrl), clientEmail: 'eve@x.example' } }, clock),
  },
  {
    name: 'web-push',
    handle: pushServiceApi,
    sender: webPush,
    message: toBrowser('/device-1'),
    nobody: toBrowser('/gone'),
    invalid: (url: string) => ({ ...toBrowser('/device-1')(url), data: { story: 'x'.repeat(4000) } }),
    badKey: (url: string) => webPush(url, timeoutMs, { ...accounts.vapid, subject: 'mailto:eve@x.example' }),
  },
] as unknown as Case<Mail & Sms & Push>[]
