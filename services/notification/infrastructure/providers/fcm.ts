import type { Clock } from '#shared/domain/clock.ts'
import type { Push, Sender } from '../../domain/ports.ts'
import { createGoogleToken, type ServiceAccount } from './google-token.ts'
import type { VendorAnswer } from './http-post.ts'
import { createHttpSender, type HttpSettings, reasonOf } from './http-sender.ts'
import { keyDigest } from './key-digest.ts'

export interface FcmSettings extends HttpSettings {
  account: ServiceAccount
}

interface FcmError {
  error?: { status?: string; details?: { '@type'?: string; errorCode?: string }[] }
}

// https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode: the app is gone, the token is another project's, or
// it is no token: FCM's own INVALID_ARGUMENT; that of a wrong message comes as a google.rpc.BadRequest.
const unreachable = ['UNREGISTERED', 'SENDER_ID_MISMATCH', 'INVALID_ARGUMENT']

const refusal = ({ status, body }: VendorAnswer) => {
  const { error } = (body ?? {}) as FcmError
  const code = error?.details?.find((detail) => detail['@type']?.endsWith('.FcmError'))?.errorCode
  return {
    reason: reasonOf(status, code ?? error?.status),
    unreachable: code !== undefined && unreachable.includes(code),
  }
}

const messageOf = ({ device, title, body, url, data }: Push, tag: string) => ({
  token: device.token,
  notification: { title, body },
  data: { ...data, ...(url && { url }) },
  android: { notification: { tag } },
  apns: { headers: { 'apns-collapse-id': tag } },
  webpush: { notification: { tag }, ...(url && { fcm_options: { link: url } }) },
})

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
      const bearer = await token.get()
      if (typeof bearer !== 'string') return bearer
      return {
        url: `${baseUrl}/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify({ message: messageOf(push, keyDigest(key)) }),
      }
    },
    idOf: ({ body }, key) => String((body as { name?: string } | undefined)?.name ?? key),
    refusal: (answer) => {
      if (answer.status === 401) token.forget()
      return refusal(answer)
    },
  })
}
