import webPush from 'web-push'
import type { Push, Sender, SendOutcome } from '../../domain/ports.ts'
import { shortenPush } from '../../domain/shorten.ts'
import type { VendorRequest } from './http-post.ts'
import { createHttpSender, reasonOf } from './http-sender.ts'
import { keyDigest } from './key-digest.ts'

export interface WebPushSettings {
  /** Both base64url, as VAPID (RFC 8292) has them. */
  publicKey: string
  privateKey: string
  /** Whom a push service may write to: `mailto:` or `https:`. */
  subject: string
  /** Push services by host, `*.` for all below it; or by origin, for one over plain http on this machine. */
  hosts: readonly string[]
  timeoutMs: number
}

const keptSeconds = 24 * 60 * 60
// RFC 8030 obliges a service to take 4096 bytes; salt, keys and tag of the encryption need 103 of them.
const mostPayloadBytes = 3993
const gone = [404, 410]

/**
 * Whether an endpoint is at one of the push services. Endpoints come from browsers, which could name any address that
 * this process reaches.
 */
export const isPushService = (endpoint: string, hosts: readonly string[]): boolean => {
  if (!URL.canParse(endpoint)) return false
  const { protocol, hostname, origin, username } = new URL(endpoint)
  if (hosts.includes(origin)) return true
  const isNamed = (host: string) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host)
  return protocol === 'https:' && username === '' && origin === `https://${hostname}` && hosts.some(isNamed)
}

const unreachable = (reason: string): SendOutcome => ({ kind: 'unreachable', reason })

const requestOf = (push: Push, key: string, settings: WebPushSettings): VendorRequest | SendOutcome => {
  const { device, url, data } = push
  if (!isPushService(device.token, settings.hosts)) return unreachable('its endpoint is at no known push service')
  const topic = keyDigest(key)
  const payloadOf = (shown: Pick<Push, 'title' | 'body'>) =>
    Buffer.from(JSON.stringify({ title: shown.title, body: shown.body, url, data, tag: topic }))
  const payload = payloadOf(shortenPush(push, (shown) => payloadOf(shown).length, mostPayloadBytes))
  if (payload.length > mostPayloadBytes) return { kind: 'refused', reason: `longer than ${mostPayloadBytes} bytes` }
  const keys = { p256dh: device.p256dh ?? '', auth: device.auth ?? '' }
  try {
    const details = webPush.generateRequestDetails({ endpoint: device.token, keys }, payload, {
      vapidDetails: settings,
      TTL: keptSeconds,
      topic,
    })
    const { 'Content-Length': _, ...headers } = details.headers
    return { url: details.endpoint, headers: stringsOf(headers), body: new Uint8Array(details.body ?? []) }
  } catch {
    // Endpoint and VAPID keys were checked: what is left to fail is the device's own key, which is no point of the curve.
    return unreachable('its keys are none')
  }
}

const stringsOf = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/**
 * Push to browsers (RFC 8030), the payload encrypted for the device (RFC 8291) as JSON of title, body, url, data and
 * tag. There is no idempotency key: a sending whose answer is lost ends `unknown`. The key makes the topic, by which the
 * service replaces what it still holds, and the tag, by which the browser shows one that came twice once. A push service
 * reports nothing afterwards.
 */
export const createWebPushSender = (settings: WebPushSettings): Sender<Push> =>
  createHttpSender({
    name: 'web-push',
    timeoutMs: settings.timeoutMs,
    request: (push, key) => requestOf(push, key, settings),
    idOf: ({ headers }, key) => headers.get('location') ?? key,
    // RFC 8292, section 4.2: 403 says that the device has subscribed with another key than ours.
    refusal: ({ status }) => ({
      reason: reasonOf(status),
      unreachable: gone.includes(status),
      ofRecipient: status === 403,
    }),
  })
