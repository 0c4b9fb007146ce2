import type { Mail, Sender } from '../../domain/ports.ts'
import type { VendorAnswer } from './http-post.ts'
import { createHttpSender, type HttpSettings, reasonOf } from './http-sender.ts'
import { messageIdOf } from './key-digest.ts'
import type { MailFrom } from './mail-from.ts'

export interface MailgunSettings extends HttpSettings {
  apiKey: string
  /** The sending domain, as it is named at Mailgun. */
  domain: string
  from: MailFrom
}

const formOf = ({ to, subject, html, text, language, headers }: Mail, key: string, { address, name }: MailFrom) => {
  const form = new URLSearchParams({
    from: name ? `${name} <${address}>` : address,
    to,
    subject,
    text,
    html,
    'h:Message-Id': messageIdOf(key, address),
    'h:Content-Language': language,
    'v:key': key,
  })
  for (const [header, value] of Object.entries(headers)) form.set(`h:${header}`, value)
  return form
}

const refusal = ({ status, body }: VendorAnswer) => {
  const message = String((body as { message?: unknown } | undefined)?.message ?? '')
  const invalid = status === 400 && /\bto\b.*not a valid address|'to' parameter is not a valid/i.test(message)
  return { reason: reasonOf(status, invalid ? 'to' : undefined), unreachable: invalid }
}

/**
 * Mail by Mailgun's Messages API. It has no idempotency key: a sending whose answer is lost ends `unknown`. The key goes
 * along as a variable, which comes back with every event of the message and serves as the provider's id, and makes the
 * Message-ID, by which mailboxes know a mail again.
 */
export const createMailgunSender = ({ baseUrl, timeoutMs, apiKey, domain, from }: MailgunSettings): Sender<Mail> =>
  createHttpSender({
    name: 'mailgun',
    timeoutMs,
    request: (mail, key) => ({
      url: `${baseUrl}/v3/${encodeURIComponent(domain)}/messages`,
      headers: { authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}` },
      body: formOf(mail, key, from),
    }),
    idOf: (_, key) => key,
    refusal,
  })
