import type { Sender, Sms } from '../../domain/ports.ts'
import type { VendorAnswer } from './http-post.ts'
import { createHttpSender, type HttpSettings, reasonOf } from './http-sender.ts'

export interface MessageBirdSettings extends HttpSettings {
  accessKey: string
  /** A number in E.164 or a name of at most eleven letters and digits. */
  originator: string
  /** Where MessageBird tells what became of a message; undefined for nowhere. */
  reportUrl: string | undefined
}

interface Errors {
  errors?: { code?: number; parameter?: string | null }[]
}

const missingOrInvalid = [9, 10]

const refusal = ({ status, body }: VendorAnswer) => {
  const [error] = (body as Errors | undefined)?.errors ?? []
  const { code, parameter } = error ?? {}
  const isRecipient = /^recipients?$/.test(parameter ?? '')
  return {
    reason: reasonOf(status, code, parameter ?? undefined),
    unreachable: code !== undefined && missingOrInvalid.includes(code) && isRecipient,
  }
}

/**
 * SMS by MessageBird's SMS API. It has no idempotency key: a sending whose answer is lost ends `unknown`. The key goes
 * along as the reference, which comes back with every report and serves as the provider's id.
 */
export const createMessageBirdSender = (settings: MessageBirdSettings): Sender<Sms> => {
  const { baseUrl, timeoutMs, accessKey, originator, reportUrl } = settings
  return createHttpSender({
    name: 'messagebird',
    timeoutMs,
    request: ({ to, text }, key) => ({
      url: `${baseUrl}/messages`,
      headers: { authorization: `AccessKey ${accessKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        originator,
        recipients: [to.replace(/^\+/, '')],
        body: text,
        datacoding: 'auto',
        reference: key,
        ...(reportUrl && { reportUrl }),
      }),
    }),
    idOf: (_, key) => key,
    refusal,
  })
}
