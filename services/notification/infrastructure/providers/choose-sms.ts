import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { Sms } from '../../domain/ports.ts'
import { createSettings, prefix } from '../settings.ts'
import type { ChosenProvider } from './choose-mail.ts'
import { createMessageBirdSender } from './messagebird.ts'
import { createMessageBirdWebhook } from './messagebird-webhook.ts'
import { createTwilioSender } from './twilio.ts'
import { createTwilioWebhook } from './twilio-webhook.ts'

/** Where a provider that is told for each message reports to: below the address for webhooks, by its own name. */
const reportUrlOf = (webhookUrl: string | undefined, name: string) => webhookUrl && `${webhookUrl}/${name}`

const chooseTwilio = (env: EnvReader, timeoutMs: number): ChosenProvider<Sms> | undefined => {
  const settings = createSettings(env, `${prefix}SMS=twilio`)
  const accountSid = settings.needed('TWILIO_ACCOUNT_SID')
  const authToken = settings.needed('TWILIO_AUTH_TOKEN')
  const from = settings.needed('TWILIO_FROM')
  const baseUrl = settings.baseUrl('TWILIO_URL', 'https://api.twilio.com')
  const reportUrl = reportUrlOf(settings.baseUrl('WEBHOOK_URL'), 'twilio')
  if (!accountSid || !authToken || !from || !baseUrl) return undefined
  return {
    sender: createTwilioSender({ baseUrl, timeoutMs, accountSid, authToken, from, reportUrl }),
    webhook: reportUrl ? createTwilioWebhook(authToken, reportUrl) : undefined,
  }
}

const chooseMessageBird = (env: EnvReader, timeoutMs: number): ChosenProvider<Sms> | undefined => {
  const settings = createSettings(env, `${prefix}SMS=messagebird`)
  const [accessKey, originator] = [settings.needed('MESSAGEBIRD_ACCESS_KEY'), settings.needed('MESSAGEBIRD_ORIGINATOR')]
  const baseUrl = settings.baseUrl('MESSAGEBIRD_URL', 'https://rest.messagebird.com')
  const webhookUrl = settings.baseUrl('WEBHOOK_URL')
  // Reports that could not be checked are not asked for.
  const signingKey = webhookUrl ? settings.needed('MESSAGEBIRD_WEBHOOK_KEY') : undefined
  const reportUrl = reportUrlOf(webhookUrl, 'messagebird')
  if (!accessKey || !originator || !baseUrl) return undefined
  return {
    sender: createMessageBirdSender({ baseUrl, timeoutMs, accessKey, originator, reportUrl }),
    webhook: signingKey && reportUrl ? createMessageBirdWebhook(signingKey, reportUrl) : undefined,
  }
}

/** The provider of SMS that is configured; undefined for the local mailbox, or where a problem was noted. */
export const chooseSms = (env: EnvReader, timeoutMs: number): ChosenProvider<Sms> | undefined => {
  const name = env.oneOf(`${prefix}SMS`, ['mailbox', 'twilio', 'messagebird'], 'mailbox')
  if (name === 'twilio') return chooseTwilio(env, timeoutMs)
  return name === 'messagebird' ? chooseMessageBird(env, timeoutMs) : undefined
}
