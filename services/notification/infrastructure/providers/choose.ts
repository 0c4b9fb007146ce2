import type { Clock } from '#shared/domain/clock.ts'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { Mail, Push, Sender, Sms } from '../../domain/ports.ts'
import { prefix } from '../settings.ts'
import { chooseMail } from './choose-mail.ts'
import { choosePush } from './choose-push.ts'
import { chooseSms } from './choose-sms.ts'
import type { Webhook } from './webhook.ts'

/** Who carries messages, by channel and kind of device. */
interface ChannelSenders {
  email: Sender<Mail>
  sms: Sender<Sms>
  push: Readonly<Record<Push['device']['kind'], Sender<Push>>>
}

interface ChosenProviders {
  /** Without what the local mailbox is for. */
  senders: Partial<ChannelSenders>
  /** Those whose reports can be checked, by the provider's name, which ends the address that they report to. */
  webhooks: ReadonlyMap<string, Webhook>
  /** Ends connections that wait for more to send. */
  close(): void
}

/**
 * The providers that TROUPE_NOTIFICATION_MAIL, …_SMS and …_PUSH name. Missing and bad settings are noted as problems of
 * `env`, all of them, and keep the process from starting.
 */
export const chooseProviders = async (env: EnvReader, clock: Clock): Promise<ChosenProviders> => {
  const timeoutMs = env.integer(`${prefix}PROVIDER_TIMEOUT_MS`, 10_000, { min: 100, max: 120_000 })
  const mail = await chooseMail(env, clock, timeoutMs)
  const sms = chooseSms(env, timeoutMs)
  const push = await choosePush(env, clock, timeoutMs)
  const webhooks = [mail?.webhook, sms?.webhook].filter((webhook) => webhook !== undefined)
  return {
    senders: { ...(mail && { email: mail.sender }), ...(sms && { sms: sms.sender }), ...(push && { push }) },
    webhooks: new Map(webhooks.map((webhook) => [webhook.name, webhook])),
    close: () => mail?.close?.(),
  }
}
