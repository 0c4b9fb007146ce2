import type { Clock } from '#shared/domain/clock.ts'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { Mail, Sender } from '../../domain/ports.ts'
import { createSettings, prefix, type Settings } from '../settings.ts'
import { type MailFrom, parseMailFrom } from './mail-from.ts'
import { createMailgunSender } from './mailgun.ts'
import { createMailgunWebhook } from './mailgun-webhook.ts'
import { createSendGridSender } from './sendgrid.ts'
import { createSendGridWebhook, isSendGridKey } from './sendgrid-webhook.ts'
import type { SmtpServer } from './smtp-session.ts'
import type { Webhook } from './webhook.ts'

/** A provider that was chosen and may be used: who sends, who reports, and what is to be closed at the end. */
export interface ChosenProvider<M> {
  sender: Sender<M>
  webhook?: Webhook | undefined
  close?: () => void
}

const readFrom = (settings: Settings): MailFrom | undefined => {
  const text = settings.needed('MAIL_FROM')
  const from = text === undefined ? undefined : parseMailFrom(text)
  if (text !== undefined && !from) settings.problem('MAIL_FROM', 'must be like Troupe <hello@example.com>')
  return from
}

const serverOf = (text: string): Pick<SmtpServer, 'host' | 'port' | 'implicitTls' | 'login'> | undefined => {
  const [, scheme, user, pass = '', host, port] =
    /^(smtps?):\/\/(?:([^:@/]+)(?::([^@/]*))?@)?(\[[\da-f:]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? []
  if (!host || /%(?![\da-f]{2})/i.test(text)) return undefined
  const implicitTls = scheme === 'smtps'
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? (implicitTls ? 465 : 587)),
    implicitTls,
    login: user ? { user: decodeURIComponent(user), pass: decodeURIComponent(pass) } : undefined,
  }
}

const readSmtp = (settings: Settings, timeoutMs: number): SmtpServer | undefined => {
  const url = settings.needed('SMTP_URL')
  const allowCleartext = settings.flag('SMTP_ALLOW_CLEARTEXT')
  const ca = settings.file('SMTP_CA', false)
  const server = url === undefined ? undefined : serverOf(url)
  if (url !== undefined && !server)
    settings.problem('SMTP_URL', 'must be like smtp://user:password@host:587, or smtps:// for TLS from the first byte')
  return server && { ...server, allowCleartext, ca, timeoutMs }
}

const chooseSmtp = async (
  env: EnvReader,
  clock: Clock,
  timeoutMs: number,
): Promise<ChosenProvider<Mail> | undefined> => {
  const settings = createSettings(env, `${prefix}MAIL=smtp`)
  const [from, server] = [readFrom(settings), readSmtp(settings, timeoutMs)]
  if (!from || !server) return undefined
  // Loaded where it is used: nodemailer is large.
  const { createSmtpSender } = await import('./smtp.ts')
  const sender = createSmtpSender({ ...server, from }, clock)
  return { sender, close: sender.close }
}

const chooseSendGrid = (env: EnvReader, timeoutMs: number): ChosenProvider<Mail> | undefined => {
  const settings = createSettings(env, `${prefix}MAIL=sendgrid`)
  const [from, apiKey] = [readFrom(settings), settings.needed('SENDGRID_API_KEY')]
  const baseUrl = settings.baseUrl('SENDGRID_URL', 'https://api.sendgrid.com')
  const key = settings.optional('SENDGRID_WEBHOOK_KEY')
  const isKey = key === undefined || isSendGridKey(key)
  if (!isKey) settings.problem('SENDGRID_WEBHOOK_KEY', 'must be the verification key that SendGrid shows')
  if (!from || !apiKey || !baseUrl || !isKey) return undefined
  return {
    sender: createSendGridSender({ baseUrl, timeoutMs, apiKey, from }),
    webhook: key === undefined ? undefined : createSendGridWebhook(key),
  }
}

const chooseMailgun = (env: EnvReader, timeoutMs: number): ChosenProvider<Mail> | undefined => {
  const settings = createSettings(env, `${prefix}MAIL=mailgun`)
  const [from, apiKey, domain] = [
    readFrom(settings),
    settings.needed('MAILGUN_API_KEY'),
    settings.needed('MAILGUN_DOMAIN'),
  ]
  const baseUrl = settings.baseUrl('MAILGUN_URL', 'https://api.mailgun.net')
  const key = settings.optional('MAILGUN_WEBHOOK_KEY')
  if (!from || !apiKey || !domain || !baseUrl) return undefined
  return {
    sender: createMailgunSender({ baseUrl, timeoutMs, apiKey, domain, from }),
    webhook: key === undefined ? undefined : createMailgunWebhook(key),
  }
}

/** The provider of mail that is configured; undefined for the local mailbox, or where a problem was noted. */
export const chooseMail = async (
  env: EnvReader,
  clock: Clock,
  timeoutMs: number,
): Promise<ChosenProvider<Mail> | undefined> => {
  const name = env.oneOf(`${prefix}MAIL`, ['mailbox', 'smtp', 'sendgrid', 'mailgun'], 'mailbox')
  if (name === 'smtp') return chooseSmtp(env, clock, timeoutMs)
  if (name === 'sendgrid') return chooseSendGrid(env, timeoutMs)
  return name === 'mailgun' ? chooseMailgun(env, timeoutMs) : undefined
}
