import type { Sender, Sms } from '../../domain/ports.ts'
import type { VendorAnswer } from './http-post.ts'
import { createHttpSender, type HttpSettings, reasonOf } from './http-sender.ts'

export interface TwilioSettings extends HttpSettings {
  accountSid: string
  authToken: string
  /** A number in E.164, a sender's name, or a messaging service (`MG…`). */
  from: string
  /** Where Twilio tells what became of a message; undefined for nowhere. */
  reportUrl: string | undefined
}

// https://www.twilio.com/docs/api/errors: no number, not one that takes messages, not a mobile one, or one that said STOP.
const unreachable = [21211, 21214, 21217, 21610, 21614]

const refusal = ({ status, body }: VendorAnswer) => {
  const { code } = (body ?? {}) as { code?: number }
  return { reason: reasonOf(status, code), unreachable: code !== undefined && unreachable.includes(code) }
}

/** The address for reports of one message: its key is in the query, which Twilio signs with the rest. */
const reportUrlOf = (reportUrl: string, key: string): string => {
  const url = new URL(reportUrl)
  url.searchParams.set('key', key)
  return url.toString()
}

const formOf = ({ to, text }: Sms, key: string, { from, reportUrl }: TwilioSettings) =>
  new URLSearchParams({
    To: to,
    [from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: from,
    Body: text,
    ...(reportUrl && { StatusCallback: reportUrlOf(reportUrl, key) }),
  })

/**
 * SMS by Twilio's Programmable Messaging. The API has no idempotency key: a sending whose answer is lost ends `unknown`.
 * The key goes along in the address for reports and serves as the provider's id.
 */
export const createTwilioSender = (settings: TwilioSettings): Sender<Sms> => {
  const { baseUrl, timeoutMs, accountSid, authToken } = settings
  return createHttpSender({
    name: 'twilio',
    timeoutMs,
    request: (sms, key) => ({
      url: `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`,
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
      body: formOf(sms, key, settings),
    }),
    idOf: (_, key) => key,
    refusal,
  })
}
