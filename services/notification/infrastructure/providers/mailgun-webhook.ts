import { createHmac } from 'node:crypto'
import type { DeliveryReport } from '../../domain/ports.ts'
import { dateOf, detailOf, isRecent, isSameText, jsonOf, malformed, type Webhook } from './webhook.ts'

interface Payload {
  signature?: { timestamp?: unknown; token?: unknown; signature?: unknown }
  'event-data'?: EventData
}

interface EventData {
  event?: string
  timestamp?: number
  severity?: string
  reason?: string
  'user-variables'?: { key?: unknown }
  'delivery-status'?: { code?: number }
}

// Of what fails for good, only these speak of the address; others of the content, of a list, or of time that ran out.
const deadAddress = ['bounce', 'suppress-bounce']

const kindOf = ({ event, severity, reason = '' }: EventData): DeliveryReport['kind'] | undefined => {
  switch (event) {
    case 'failed':
      if (severity !== 'permanent') return undefined
      return deadAddress.includes(reason) ? 'bounced' : 'soft_bounced'
    case 'delivered':
    case 'opened':
    case 'clicked':
    case 'complained':
      return event
    default:
      return undefined
  }
}

/**
 * Mailgun's webhooks: HMAC-SHA256 of timestamp and token by the signing key. The rest of the body is not signed: that it
 * is Mailgun's rests on TLS, and on a signature being good for minutes only.
 */
export const createMailgunWebhook = (signingKey: string): Webhook => ({
  name: 'mailgun',
  verify: ({ body }, now) => {
    const { timestamp, token, signature } = (jsonOf(body) as Payload | null | undefined)?.signature ?? {}
    const isText = typeof timestamp === 'string' && typeof token === 'string' && typeof signature === 'string'
    if (!isText || !isRecent(timestamp, now)) return false
    return isSameText(
      createHmac('sha256', signingKey)
        .update(timestamp + token)
        .digest('hex'),
      signature,
    )
  },
  parse: ({ body }) => {
    const data = (jsonOf(body) as Payload | null | undefined)?.['event-data']
    if (!data) throw malformed('holds no event')
    const { event, timestamp, severity, reason, 'user-variables': variables, 'delivery-status': status } = data
    const kind = kindOf(data)
    if (!kind || typeof variables?.key !== 'string') return []
    const detail = detailOf(event, severity, reason, status?.code)
    return [{ providerId: variables.key, kind, at: dateOf(timestamp), detail }]
  },
})
