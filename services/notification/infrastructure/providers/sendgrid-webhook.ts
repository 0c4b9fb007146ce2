import { createPublicKey, verify } from 'node:crypto'
import type { DeliveryReport } from '../../domain/ports.ts'
import { dateOf, detailOf, isRecent, jsonOf, malformed, strictBase64, type Webhook } from './webhook.ts'

interface Event {
  event?: string
  timestamp?: number
  key?: unknown
  type?: string
  status?: string
  reason?: string
  sg_machine_open?: boolean
}

const signatureHeader = 'x-twilio-email-event-webhook-signature'
const timestampHeader = 'x-twilio-email-event-webhook-timestamp'

const kindOf = ({ event, type, reason, sg_machine_open }: Event): DeliveryReport['kind'] | undefined => {
  switch (event) {
    case 'delivered':
      return 'delivered'
    case 'bounce':
      return type === 'blocked' ? 'soft_bounced' : 'bounced'
    case 'dropped':
      return reason === 'Bounced Address' ? 'bounced' : 'soft_bounced'
    case 'open':
      // A mail client that loads all pictures is no reader.
      return sg_machine_open ? undefined : 'opened'
    case 'click':
      return 'clicked'
    case 'spamreport':
      return 'complained'
    default:
      return undefined
  }
}

const reportOf = (event: Event): DeliveryReport[] => {
  const kind = kindOf(event)
  if (!kind || typeof event.key !== 'string') return []
  const { key, timestamp, type, status = '' } = event
  const code = /^\d\.\d+\.\d+$/.test(status) ? status : ''
  return [{ providerId: key, kind, at: dateOf(timestamp), detail: detailOf(event.event, type, code) }]
}

/** Whether a text is a key as SendGrid shows it: ECDSA on P-256, DER in base64. */
export const isSendGridKey = (publicKey: string): boolean => {
  try {
    return createPublicKey(pem(publicKey)).asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

const pem = (publicKey: string): string => `-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----\n`

/** SendGrid's signed Event Webhook: ECDSA over timestamp and body by the key that its settings show. */
export const createSendGridWebhook = (publicKey: string): Webhook => {
  const key = createPublicKey(pem(publicKey))
  return {
    name: 'sendgrid',
    verify: ({ headers, body }, now) => {
      const timestamp = headers[timestampHeader] ?? ''
      const signature = strictBase64(headers[signatureHeader] ?? '')
      if (!signature || !isRecent(timestamp, now)) return false
      return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, signature)
    },
    parse: ({ body }) => {
      const events = jsonOf(body)
      if (!Array.isArray(events)) throw malformed('is no list of events')
      return events.flatMap((event: Event | null) => reportOf(event ?? {}))
    },
  }
}
