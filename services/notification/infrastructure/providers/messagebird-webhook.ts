import { createHash } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import type { DeliveryReport } from '../../domain/ports.ts'
import { detailOf, isSameText, strictBase64, type Webhook, type WebhookRequest } from './webhook.ts'

const toleranceSeconds = 5 * 60

const kindOf = (status: string | null, reason: string, code: string | null): DeliveryReport['kind'] | undefined => {
  if (status === 'delivered') return 'delivered'
  if (status !== 'delivery_failed' && status !== 'expired') return undefined
  // EC_UNKNOWN_SUBSCRIBER
  return code === '1' || reason.replaceAll('_', ' ') === 'unknown subscriber' ? 'bounced' : 'soft_bounced'
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** Reports come by GET, all in the query, or as a form. */
const parametersOf = ({ query, body }: WebhookRequest): URLSearchParams =>
  new URLSearchParams(body.length > 0 ? Buffer.from(body).toString() : query)

/** A time whose `+` may have been sent as it is, which a query reads as a space. */
const timeOf = (text: string | null, now: Date): Date => {
  const date = new Date((text ?? '').replace(' ', '+'))
  return Number.isNaN(date.getTime()) ? now : date
}

/**
 * MessageBird's status reports: a JWT (HS256) by the signing key holds the hashes of address and body, and ends after a
 * minute or so; five more are allowed for clocks. `reportUrl` is the address as MessageBird was given it.
 */
export const createMessageBirdWebhook = (signingKey: string, reportUrl: string): Webhook => ({
  name: 'messagebird',
  verify: async ({ query, headers, body }, now) => {
    const token = headers['messagebird-signature-jwt'] ?? ''
    if (!strictBase64(token.split('.')[2] ?? '', 'base64url')) return false
    try {
      const { payload } = await jwtVerify(token, Buffer.from(signingKey), {
        algorithms: ['HS256'],
        issuer: 'MessageBird',
        requiredClaims: ['nbf', 'exp', 'jti', 'url_hash'],
        currentDate: now,
        clockTolerance: toleranceSeconds,
      })
      const isUrl = isSameText(sha256(query ? `${reportUrl}?${query}` : reportUrl), String(payload.url_hash))
      const bodyHash = body.length > 0 ? sha256(body) : undefined
      return isUrl && (bodyHash ?? sha256('')) === (payload.payload_hash ?? sha256(''))
    } catch (error) {
      if (error instanceof errors.JOSEError) return false
      throw error
    }
  },
  parse: (request, now) => {
    const form = parametersOf(request)
    const [status, reason, code] = [form.get('status'), form.get('statusReason') ?? '', form.get('statusErrorCode')]
    const [kind, key] = [kindOf(status, reason, code), form.get('reference')]
    if (!kind || !key) return []
    const detail = detailOf(status, reason, code)
    return [{ providerId: key, kind, at: timeOf(form.get('statusDatetime'), now), detail }]
  },
})
