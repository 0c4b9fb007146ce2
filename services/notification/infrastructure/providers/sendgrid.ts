import type { Mail, Sender } from '../../domain/ports.ts'
import type { VendorAnswer } from './http-post.ts'
import { createHttpSender, type HttpSettings, reasonOf } from './http-sender.ts'
import type { MailFrom } from './mail-from.ts'

export interface SendGridSettings extends HttpSettings {
  apiKey: string
  from: MailFrom
}

interface Errors {
  errors?: { field?: string | null; message?: string }[]
}

// The API has no code for it; the field is the recipient's.
const recipientField = /^personalizations\.\d+\.to\.\d+\.email$/

const bodyOf = ({ to, subject, html, text, language, headers }: Mail, key: string, { address, name }: MailFrom) => ({
  personalizations: [{ to: [{ email: to }] }],
  from: { email: address, ...(name && { name }) },
  subject,
  content: [
    { type: 'text/plain', value: text },
    { type: 'text/html', value: html },
  ],
  headers: { 'Content-Language': language, ...headers },
  custom_args: { key },
  // Ours stands in the headers and in the mail.
  tracking_settings: { subscription_tracking: { enable: false } },
})

/** `X-RateLimit-Reset` is a second of SendGrid's own clock. */
const untilReset = (headers: Headers): number | undefined => {
  const wait = Number(headers.get('x-ratelimit-reset')) * 1000 - Date.parse(headers.get('date') ?? '')
  return headers.has('x-ratelimit-reset') && Number.isFinite(wait) ? Math.max(0, wait) : undefined
}

const refusal = ({ status, headers, body }: VendorAnswer) => {
  const fields = ((body as Errors | undefined)?.errors ?? []).map(({ field }) => field ?? '')
  return {
    reason: reasonOf(status, ...fields),
    unreachable: status === 400 && fields.some((field) => recipientField.test(field)),
    retryAfterMs: untilReset(headers),
  }
}

/**
 * Mail by SendGrid's v3 Mail Send. The API has no idempotency key: a sending whose answer is lost ends `unknown`. The key
 * goes along as a custom argument and comes back with every event of the message, so it serves as the provider's id and
 * an event tells of an `unknown` one too.
 */
export const createSendGridSender = ({ baseUrl, timeoutMs, apiKey, from }: SendGridSettings): Sender<Mail> =>
  createHttpSender({
    name: 'sendgrid',
    timeoutMs,
    request: (mail, key) => ({
      url: `${baseUrl}/v3/mail/send`,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(mail, key, from)),
    }),
    idOf: (_, key) => key,
    refusal,
  })
