import type { Clock } from '#shared/domain/clock.ts'
import type { Push, Sender, SendOutcome } from '../../domain/ports.ts'
import { shortenPush } from '../../domain/shorten.ts'
import { createGoogleToken, type ServiceAccount } from './google-token.ts'
import type { VendorAnswer } from './http-post.ts'
import { createHttpSender, type HttpSettings, reasonOf } from './http-sender.ts'
import { keyDigest } from './key-digest.ts'

export interface FcmSettings extends HttpSettings {
  account: ServiceAccount
}

interface FcmError {
  message?: string
  status?: string
  details?: { '@type'?: string; errorCode?: string; fieldViolations?: { field?: string }[] }[]
}

// Of what FCM counts: keys and values of notification and data. What only platforms read is counted as well.
const mostMessageBytes = 4096

// https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode: the app is gone, or the token is another project's.
const unreachable = ['UNREGISTERED', 'SENDER_ID_MISMATCH']

/** INVALID_ARGUMENT is said of a message that is too big as well: whether it is the token shows in the field or the words. */
const isOfToken = ({ message = '', details = [] }: FcmError): boolean =>
  details.some(({ fieldViolations = [] }) => fieldViolations.some(({ field }) => field === 'message.token')) ||
  /registration token/i.test(message)

const refusal = ({ status, body }: VendorAnswer) => {
  const error = ((body ?? {}) as { error?: FcmError }).error ?? {}
  const code = error.details?.find((detail) => detail['@type']?.endsWith('.FcmError'))?.errorCode ?? error.status ?? ''
  return {
    reason: reasonOf(status, code),
    unreachable: unreachable.includes(code) || (code === 'INVALID_ARGUMENT' && isOfToken(error)),
  }
}

const messageOf = ({ title, body, url, data }: Omit<Push, 'device'>, tag: string) => ({
  notification: { title, body },
  data: { ...data, ...(url && { url }) },
  android: { notification: { tag } },
  apns: { headers: { 'apns-collapse-id': tag } },
  webpush: { notification: { tag }, ...(url && { fcm_options: { link: url } }) },
})

const bodyOf = (push: Push, tag: string): string | SendOutcome => {
  const bytesOf = (shown: Pick<Push, 'title' | 'body'>) =>
    Buffer.byteLength(JSON.stringify(messageOf({ ...push, ...shown }, tag)))
  const message = messageOf({ ...push, ...shortenPush(push, bytesOf, mostMessageBytes) }, tag)
  if (Buffer.byteLength(JSON.stringify(message)) > mostMessageBytes) {
    return { kind: 'refused', reason: `longer than ${mostMessageBytes} bytes` }
  }
  return JSON.stringify({ message: { token: push.device.token, ...message } })
}

/**
 * Push by Firebase Cloud Messaging, HTTP v1. It has no idempotency key: a sending whose answer is lost ends `unknown`.
 * The key makes the notification's tag, so that a device shows one that came twice once. The provider's id is the
 * message's name; FCM reports nothing afterwards.
 */
export const createFcmSender = ({ baseUrl, timeoutMs, account }: FcmSettings, clock: Clock): Sender<Push> => {
  const token = createGoogleToken(account, clock, timeoutMs)
  return createHttpSender({
    name: 'fcm',
    timeoutMs,
    request: async (push, key) => {
      const body = bodyOf(push, keyDigest(key))
      if (typeof body !== 'string') return body
      const bearer = await token.get()
      if (typeof bearer !== 'string') return bearer
      return {
        url: `${baseUrl}/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body,
      }
    },
    idOf: ({ body }, key) => String((body as { name?: string } | undefined)?.name ?? key),
    refusal: (answer) => {
      if (answer.status === 401) token.forget()
      return refusal(answer)
    },
  })
}
