import { createECDH, createPrivateKey } from 'node:crypto'
import type { Clock } from '#shared/domain/clock.ts'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { Push, Sender } from '../../domain/ports.ts'
import { createSettings, prefix, type Settings } from '../settings.ts'
import { createFcmSender } from './fcm.ts'
import type { ServiceAccount } from './google-token.ts'

// Of Chrome and those built on it, Firefox, Safari, and Edge on Windows.
const knownPushServices = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '*.notify.windows.com',
]

const isPair = (publicKey: string, privateKey: string): boolean => {
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'))
    return pair.getPublicKey().toString('base64url') === publicKey
  } catch {
    return false
  }
}

const chooseWebPush = async (env: EnvReader, timeoutMs: number): Promise<Sender<Push> | undefined> => {
  const settings = createSettings(env, `${prefix}PUSH=web-push`)
  const publicKey = settings.needed('VAPID_PUBLIC_KEY')
  const privateKey = settings.needed('VAPID_PRIVATE_KEY')
  const subject = settings.needed('VAPID_SUBJECT')
  const hosts = settings.list('PUSH_HOSTS')
  const isKeyed = publicKey !== undefined && privateKey !== undefined
  if (isKeyed && !isPair(publicKey, privateKey)) {
    settings.problem(
      'VAPID_PUBLIC_KEY',
      'does not belong to …VAPID_PRIVATE_KEY (make both: npx web-push generate-vapid-keys)',
    )
    return undefined
  }
  const isContact = subject !== undefined && URL.canParse(subject) && /^(mailto|https):/.test(subject)
  if (subject !== undefined && !isContact) settings.problem('VAPID_SUBJECT', 'must begin with mailto: or https:')
  if (!isKeyed || !isContact) return undefined
  const known = hosts.length > 0 ? hosts : knownPushServices
  // Loaded where it is used.
  const { createWebPushSender } = await import('./web-push.ts')
  return createWebPushSender({ publicKey, privateKey, subject, hosts: known, timeoutMs })
}

const isRsaKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

const parseAccount = (text: string): ServiceAccount | undefined => {
  try {
    const file = JSON.parse(text) as Record<string, unknown>
    const values = ['project_id', 'client_email', 'private_key', 'private_key_id', 'token_uri'].map(
      (name) => file[name],
    )
    if (!values.every((value) => typeof value === 'string')) return undefined
    const [projectId, clientEmail, privateKey, privateKeyId, tokenUri] = values as [
      string,
      string,
      string,
      string,
      string,
    ]
    return isRsaKey(privateKey) ? { projectId, clientEmail, privateKey, privateKeyId, tokenUri } : undefined
  } catch {
    return undefined
  }
}

const readAccount = (settings: Settings): ServiceAccount | undefined => {
  const text = settings.file('FCM_CREDENTIALS', true)
  const account = text === undefined ? undefined : parseAccount(text)
  if (text !== undefined && !account) settings.problem('FCM_CREDENTIALS', 'must name the key file of a service account')
  return account
}

const chooseFcm = (env: EnvReader, clock: Clock, timeoutMs: number): Sender<Push> | undefined => {
  const settings = createSettings(env, `${prefix}PUSH=fcm`)
  const [account, baseUrl] = [readAccount(settings), settings.baseUrl('FCM_URL', 'https://fcm.googleapis.com')]
  return account && baseUrl ? createFcmSender({ baseUrl, timeoutMs, account }, clock) : undefined
}

/** Tells every device of a kind that nothing is configured for it. */
const createRefusal = (kind: string): Sender<Push> => ({
  name: 'none',
  send: async () => ({ kind: 'refused', reason: `nothing is configured for devices of kind ${kind}` }),
})

/**
 * The providers of push that are configured, one a kind of device; undefined for the local mailbox. Where any is, a device
 * of another kind is refused.
 */
export const choosePush = async (
  env: EnvReader,
  clock: Clock,
  timeoutMs: number,
): Promise<Record<Push['device']['kind'], Sender<Push>> | undefined> => {
  const names = env.list(`${prefix}PUSH`)
  for (const name of names) {
    if (!['mailbox', 'web-push', 'fcm'].includes(name))
      env.problem(`${prefix}PUSH must be mailbox, or web-push, fcm or both between commas, not "${name}"`)
  }
  if (names.includes('mailbox') && names.length > 1) env.problem(`${prefix}PUSH: mailbox goes with nothing else`)
  if (names.length === 0 || names.includes('mailbox')) return undefined
  const web = names.includes('web-push') ? await chooseWebPush(env, timeoutMs) : undefined
  const fcm = names.includes('fcm') ? chooseFcm(env, clock, timeoutMs) : undefined
  return { web: web ?? createRefusal('web'), fcm: fcm ?? createRefusal('fcm') }
}
