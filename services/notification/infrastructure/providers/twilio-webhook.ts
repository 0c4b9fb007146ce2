import { createHmac } from 'node:crypto'
import type { DeliveryReport } from '../../domain/ports.ts'
import { detailOf, isSameText, type Webhook } from './webhook.ts'

// https://www.twilio.com/docs/api/errors: an unknown number, one that takes no messages, one that said STOP.
const deadNumber = ['30005', '30006', '21610']

const kindOf = (status: string | null, code: string): DeliveryReport['kind'] | undefined => {
  if (status === 'delivered') return 'delivered'
  if (status !== 'undelivered' && status !== 'failed') return undefined
  return deadNumber.includes(code) ? 'bounced' : 'soft_bounced'
}

/** The address, then every parameter's name and value in the order of the names, with nothing between. */
const signedText = (url: string, form: URLSearchParams): string => {
  const names = [...new Set(form.keys())].sort()
  const pairs = names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
  return url + pairs.join('')
}

/**
 * Twilio's status callbacks: `X-Twilio-Signature` is HMAC-SHA1 of address and parameters by the account's token.
 * `reportUrl` is the address as Twilio was given it. Neither signature nor callback holds a time: an old one is good for
 * ever, and says again what was true.
 */
export const createTwilioWebhook = (authToken: string, reportUrl: string): Webhook => ({
  name: 'twilio',
  verify: ({ query, headers, body }) => {
    const url = query ? `${reportUrl}?${query}` : reportUrl
    const text = signedText(url, new URLSearchParams(Buffer.from(body).toString()))
    const signature = createHmac('sha1', authToken).update(text).digest('base64')
    return isSameText(signature, headers['x-twilio-signature'] ?? '')
  },
  parse: ({ query, body }, now) => {
    const form = new URLSearchParams(Buffer.from(body).toString())
    const [status, code] = [form.get('MessageStatus'), form.get('ErrorCode') ?? '']
    const [kind, key] = [kindOf(status, code), new URLSearchParams(query).get('key')]
    if (!kind || !key) return []
    return [{ providerId: key, kind, at: now, detail: detailOf(status, code) }]
  },
})
