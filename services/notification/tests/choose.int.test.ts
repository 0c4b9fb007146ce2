import { createECDH, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvReader } from '#shared/infrastructure/config.ts'
import { localhostTls } from '#shared/tests/tls-fixture.ts'
import { chooseProviders } from '../infrastructure/providers/choose.ts'
import { chooseTemplateStores } from '../infrastructure/template-stores/choose-stores.ts'
import { login, startSmtpServer } from './smtp-server.ts'
import { openGitHubSite, openHttpSite, openS3Site, s3Account } from './template-sites.ts'
import {
  accounts,
  createFcmApi,
  mailgunApi,
  messageBirdApi,
  pushServiceApi,
  sendgridApi,
  twilioApi,
} from './vendor-apis.ts'
import { clock, google, mail, never, pushTo, receiver, sms } from './vendor-cases.ts'
import { startVendor } from './vendor-stand-in.ts'

const withPrefix = (settings: Record<string, string>) =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`TROUPE_NOTIFICATION_${name}`, value]))

const choose = async (settings: Record<string, string>) => {
  const env = new EnvReader(withPrefix(settings))
  const chosen = await chooseProviders(env, clock)
  env.done()
  return chosen
}
const stores = async (settings: Record<string, string>) => {
  const env = new EnvReader(withPrefix(settings))
  const chosen = await chooseTemplateStores(env)
  env.done()
  return chosen
}
/** What a process that does not start says, a line each. */
const problems = async (starting: Promise<unknown>): Promise<string[]> => {
  const error = await starting.then(
    () => undefined,
    (cause: Error) => cause,
  )
  expect(error?.name).toBe('ConfigError')
  return (error?.message ?? '')
    .split('\n  - ')
    .slice(1)
    .map((line) => line.replaceAll('TROUPE_NOTIFICATION_', ''))
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'troupe-choose-'))
})
afterAll(() => rm(folder, { recursive: true }))

const from = { MAIL_FROM: 'Troupe <hello@troupe.example>' }

describe('without settings', () => {
  it('everything is left to the mailbox, and templates are where they always are', async () => {
    const { senders, webhooks } = await choose({})
    expect(senders).toEqual({})
    expect(webhooks.size).toBe(0)
    expect((await choose({ MAIL: 'mailbox', SMS: 'mailbox', PUSH: 'mailbox' })).senders).toEqual({})
    expect(await stores({})).toEqual([])
  })
})

describe('a provider that is named', () => {
  it('sends: SMTP', async () => {
    const server = await startSmtpServer()
    await writeFile(join(folder, 'ca.pem'), localhostTls.cert)
    const { senders, close } = await choose({
      MAIL: 'smtp',
      ...from,
      SMTP_URL: `smtp://${login.user}:${encodeURIComponent(login.pass)}@127.0.0.1:${server.port}`,
      SMTP_CA: join(folder, 'ca.pem'),
    })
    expect(senders.email?.name).toBe('smtp')
    expect(await senders.email?.send(mail, 'k', never)).toMatchObject({ kind: 'accepted' })
    expect(server.messages).toHaveLength(1)
    close()
    await server.stop()
  })

  it('sends: SendGrid, with its webhook', async () => {
    const api = await startVendor(sendgridApi)
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const settings = {
      MAIL: 'sendgrid',
      ...from,
      SENDGRID_API_KEY: accounts.sendgrid.apiKey,
      SENDGRID_URL: `${api.url}/`,
    }
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const { senders, webhooks } = await choose({ ...settings, SENDGRID_WEBHOOK_KEY: key })
    expect(await senders.email?.send(mail, 'k', never)).toMatchObject({ kind: 'accepted' })
    expect([...webhooks.keys()]).toEqual(['sendgrid'])
    expect((await choose(settings)).webhooks.size).toBe(0)
    await api.stop()
  })

  it('sends: Mailgun, with its webhook', async () => {
    const api = await startVendor(mailgunApi)
    const { apiKey, domain } = accounts.mailgun
    const settings = { MAIL: 'mailgun', ...from, MAILGUN_API_KEY: apiKey, MAILGUN_DOMAIN: domain, MAILGUN_URL: api.url }
    const { senders, webhooks } = await choose({ ...settings, MAILGUN_WEBHOOK_KEY: 'key' })
    expect(await senders.email?.send(mail, 'k', never)).toMatchObject({ kind: 'accepted' })
    expect([...webhooks.keys()]).toEqual(['mailgun'])
    await api.stop()
  })

  it('sends: Twilio, which reports where webhooks are taken', async () => {
    const api = await startVendor(twilioApi)
    const { accountSid, authToken } = accounts.twilio
    const settings = { SMS: 'twilio', TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: 'MG1' }
    const hooks = { WEBHOOK_URL: 'https://troupe.example/hooks/' }
    const { senders, webhooks } = await choose({ ...settings, ...hooks, TWILIO_URL: api.url })
    expect(await senders.sms?.send(sms, 'k', never)).toMatchObject({ kind: 'accepted' })
    const form = Object.fromEntries(new URLSearchParams(api.accepted[0]?.body.toString()))
    expect(form).toMatchObject({
      MessagingServiceSid: 'MG1',
      StatusCallback: 'https://troupe.example/hooks/twilio?key=k',
    })
    expect([...webhooks.keys()]).toEqual(['twilio'])
    expect((await choose(settings)).webhooks.size).toBe(0)
    await api.stop()
  })

  it('sends: MessageBird, which reports where webhooks are taken', async () => {
    const api = await startVendor(messageBirdApi)
    const { senders, webhooks } = await choose({
      SMS: 'messagebird',
      MESSAGEBIRD_ACCESS_KEY: accounts.messagebird.accessKey,
      MESSAGEBIRD_ORIGINATOR: 'Troupe',
      MESSAGEBIRD_URL: api.url,
      MESSAGEBIRD_WEBHOOK_KEY: 'key',
      WEBHOOK_URL: 'https://troupe.example/hooks',
    })
    expect(await senders.sms?.send(sms, 'k', never)).toMatchObject({ kind: 'accepted' })
    expect(JSON.parse(api.accepted[0]?.body.toString() ?? '')).toMatchObject({
      reportUrl: 'https://troupe.example/hooks/messagebird',
    })
    expect([...webhooks.keys()]).toEqual(['messagebird'])
    await api.stop()
  })

  it('sends: push services and FCM, each to its kind of device', async () => {
    const [pushService, fcm] = [
      await startVendor(pushServiceApi),
      await startVendor(createFcmApi(() => clock.now()).handle),
    ]
    const { projectId, clientEmail, privateKey, privateKeyId, tokenUri } = google(fcm.url)
    const file = {
      type: 'service_account',
      project_id: projectId,
      client_email: clientEmail,
      private_key: privateKey,
      private_key_id: privateKeyId,
      token_uri: tokenUri,
    }
    await writeFile(join(folder, 'fcm.json'), JSON.stringify(file))
    const web = {
      VAPID_PUBLIC_KEY: accounts.vapid.publicKey,
      VAPID_PRIVATE_KEY: accounts.vapid.privateKey,
      VAPID_SUBJECT: accounts.vapid.subject,
      PUSH_HOSTS: pushService.url,
    }
    const app = { FCM_CREDENTIALS: join(folder, 'fcm.json'), FCM_URL: fcm.url }
    const { p256dh, auth } = receiver
    const browser = pushTo({ kind: 'web', token: `${pushService.url}/x`, p256dh, auth })
    const phone = pushTo({ kind: 'fcm', token: 'device-1' })
    const both = await choose({ PUSH: 'web-push, fcm', ...web, ...app })
    expect(await both.senders.push?.web.send(browser, 'k', never)).toMatchObject({ kind: 'accepted' })
    expect(await both.senders.push?.fcm.send(phone, 'k', never)).toMatchObject({ kind: 'accepted' })
    const one = await choose({ PUSH: 'web-push', ...web })
    expect(await one.senders.push?.web.send(browser, 'k', never)).toMatchObject({ kind: 'accepted' })
    expect(await one.senders.push?.fcm.send(phone, 'k', never)).toMatchObject({ kind: 'refused' })
    await pushService.stop()
    await fcm.stop()
  })
})

describe('a process does not start, and says what to set,', () => {
  it.each([
    [{ MAIL: 'smtp' }, ['MAIL_FROM', 'SMTP_URL']],
    [{ MAIL: 'sendgrid' }, ['MAIL_FROM', 'SENDGRID_API_KEY']],
    [{ MAIL: 'mailgun' }, ['MAIL_FROM', 'MAILGUN_API_KEY', 'MAILGUN_DOMAIN']],
    [{ SMS: 'twilio' }, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM']],
    [{ SMS: 'messagebird' }, ['MESSAGEBIRD_ACCESS_KEY', 'MESSAGEBIRD_ORIGINATOR']],
    [{ PUSH: 'web-push' }, ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT']],
    [{ PUSH: 'fcm' }, ['FCM_CREDENTIALS']],
  ])('without what %o needs', async (setting, names) => {
    const [[channel, provider] = []] = Object.entries(setting)
    const missing = names.map((name) => `${name} is missing: ${channel}=${provider} needs it`)
    expect(await problems(choose(setting as Record<string, string>))).toEqual(missing)
  })

  it('for all that is wrong at once', async () => {
    const settings = { MAIL: 'pigeon', SMS: 'twilio', PUSH: 'smoke', PROVIDER_TIMEOUT_MS: 'long' }
    expect(await problems(choose(settings))).toHaveLength(6)
  })

  const sendgrid = { MAIL: 'sendgrid', ...from, SENDGRID_API_KEY: 'x' }
  const messagebird = { SMS: 'messagebird', MESSAGEBIRD_ACCESS_KEY: 'x', MESSAGEBIRD_ORIGINATOR: 'x' }
  const { publicKey, privateKey, subject } = accounts.vapid
  const vapid = { PUSH: 'web-push', VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT: subject }
  const another = createECDH('prime256v1').generateKeys().toString('base64url')
  it.each([
    [{ ...sendgrid, MAIL_FROM: 'Troupe' }, 'MAIL_FROM must be like'],
    [{ ...sendgrid, MAIL_FROM: 'a@b, c@d' }, 'MAIL_FROM must be like'],
    [{ ...sendgrid, SENDGRID_URL: 'http://api.sendgrid.com' }, 'SENDGRID_URL must be a URL with https://'],
    [{ ...sendgrid, SENDGRID_WEBHOOK_KEY: 'x' }, 'SENDGRID_WEBHOOK_KEY must be the verification key'],
    [{ ...sendgrid, PROVIDER_TIMEOUT_MS: '5' }, 'PROVIDER_TIMEOUT_MS must be a number from 100'],
    [{ MAIL: 'smtp', ...from, SMTP_URL: 'mail.example.com' }, 'SMTP_URL must be like smtp://'],
    [{ MAIL: 'smtp', ...from, SMTP_URL: 'smtp://a%zz:b@mail.example.com' }, 'SMTP_URL must be like smtp://'],
    [{ MAIL: 'smtp', ...from, SMTP_URL: 'smtp://x', SMTP_CA: '/nowhere/ca.pem' }, 'SMTP_CA: ENOENT'],
    [{ ...messagebird, WEBHOOK_URL: 'https://x.example' }, 'MESSAGEBIRD_WEBHOOK_KEY is missing'],
    [{ ...messagebird, WEBHOOK_URL: 'x.example' }, 'WEBHOOK_URL must be a URL'],
    [{ ...vapid, VAPID_PUBLIC_KEY: another }, 'VAPID_PUBLIC_KEY does not belong to'],
    [{ ...vapid, VAPID_PRIVATE_KEY: 'x' }, 'VAPID_PUBLIC_KEY does not belong to'],
    [{ ...vapid, VAPID_SUBJECT: 'ops@x.example' }, 'VAPID_SUBJECT must begin with mailto:'],
    [{ ...vapid, PUSH: 'mailbox,web-push' }, 'PUSH: mailbox goes with nothing else'],
    [{ PUSH: 'fcm', FCM_CREDENTIALS: '/nowhere/fcm.json' }, 'FCM_CREDENTIALS: ENOENT'],
    [{ PUSH: 'fcm', FCM_CREDENTIALS: import.meta.filename }, 'FCM_CREDENTIALS must name the key file'],
  ])('with %o', async (settings, said) => {
    expect((await problems(choose(settings as Record<string, string>))).join('\n')).toContain(said)
  })

  it.each([
    [{ TEMPLATES_DIR: '/nowhere/at/all' }, 'TEMPLATES_DIR must be a folder'],
    [{ TEMPLATES_URL: 'http://cdn.example' }, 'TEMPLATES_URL must be a URL with https://'],
    [{ TEMPLATES_GITHUB: 'troupe' }, 'TEMPLATES_GITHUB must be owner/repository'],
    [
      { TEMPLATES_S3_URL: 'https://s3.example/bucket' },
      'TEMPLATES_S3_ACCESS_KEY_ID is missing: TEMPLATES_S3_URL needs it',
    ],
    [{ TEMPLATES_S3_URL: 's3://bucket' }, 'TEMPLATES_S3_URL must be like'],
  ])('with templates in %o', async (settings, said) => {
    expect((await problems(stores(settings as Record<string, string>))).join('\n')).toContain(said)
  })
})

describe('stores of templates', () => {
  it('are those that are named', async () => {
    const [web, bucket, github] = [await openHttpSite(), await openS3Site(), await openGitHubSite()]
    await writeFile(join(folder, 'welcome.mjml'), 'file')
    await web.put('welcome.mjml', 'http')
    await bucket.put('welcome.mjml', 's3')
    await github.put('welcome.mjml', 'github')
    const chosen = await stores({
      TEMPLATES_DIR: folder,
      TEMPLATES_URL: `${web.api.url}/cdn`,
      TEMPLATES_S3_URL: `${bucket.api.url}/bucket/mails`,
      TEMPLATES_S3_REGION: s3Account.region,
      TEMPLATES_S3_ACCESS_KEY_ID: s3Account.accessKeyId,
      TEMPLATES_S3_SECRET_ACCESS_KEY: s3Account.secretAccessKey,
      TEMPLATES_GITHUB: 'troupe/mails/templates@v2',
      TEMPLATES_GITHUB_TOKEN: 'ghp_token',
      TEMPLATES_GITHUB_URL: github.api.url,
    })
    expect(chosen.map(({ kind }) => kind).sort()).toEqual(['file', 'github', 'http', 's3'])
    for (const store of chosen) {
      expect(await store.fetch('welcome.mjml', undefined, never)).toMatchObject({ source: store.kind })
    }
    for (const site of [web, bucket, github]) await site.stop()
  })
})
