import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { CampaignStatus } from '#gen/troupe/notification/v1/campaign_pb.ts'
import { Channel, DeliveryStatus } from '#gen/troupe/notification/v1/notification_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { ChannelMode } from '#gen/troupe/notification/v1/preference_pb.ts'
import { MessageType, TemplateStorage } from '#gen/troupe/notification/v1/template_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { InvoiceStatus } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { eventually, outcomeOf, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
let operator: Awaited<ReturnType<typeof mesh.operator>>
beforeAll(async () => {
  operator = await mesh.operator()
})

const mailbox = async (query: Record<string, string>) => {
  const response = await fetch(`${mesh.url}/dev/mailbox?${new URLSearchParams(query)}`)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** The messages to an address, by what the list calls them: numbers to open them with. */
const mailsTo = async (address: string): Promise<Map<string, string>> => {
  const { body } = await mailbox({ to: address })
  return new Map(
    [...body.matchAll(/<a href="\?message=(\d+)">([^<]*)<\/a>/g)].map(([, id = '', name = '']) => [name, id]),
  )
}

const register = async (language: string) => {
  const email = `${crypto.randomUUID()}@example.com`
  const password = `Correct-horse-${crypto.randomUUID()}`
  const identity = createClient(IdentityService, mesh.transport())
  await identity.registerUser({ email, password, displayName: 'Änne & Co', language })
  const { tokens } = await identity.login({ email, password })
  return { email, password, transport: mesh.transport(tokens?.accessToken) }
}

describe('mail', () => {
  it('welcomes and verifies whoever opens an account, in their language, readable on the gateway', async () => {
    const { email, transport } = await register('ar')
    const mails = await eventually(async () => {
      const found = await mailsTo(email)
      return found.size >= 2 ? found : undefined
    })
    expect([...mails.keys()].toSorted()).toEqual(
      ['أكّد عنوان بريدك الإلكتروني', 'أهلًا بك في Troupe يا Änne &amp; Co'].toSorted(),
    )
    const id = mails.get('أكّد عنوان بريدك الإلكتروني') ?? ''
    const message = await mailbox({ message: id })
    expect(message.body).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"')
    expect(message.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await mailbox({ message: id, part: 'html' })
    expect(html.body).toMatch(/<html lang="ar" dir="rtl"/)
    expect(html.headers.get('content-security-policy')).toMatch(/; sandbox allow-popups/)
    const [, token = ''] = /verify-email\?token=([\w-]+)/.exec(html.body) ?? []
    await createClient(IdentityService, mesh.transport()).verifyEmail({ token })
    const { user } = await createClient(IdentityService, transport).getMe({})
    expect(user?.emailVerified).toBe(true)
    expect((await mailbox({ message: '999999999' })).status).toBe(404)
  })

  it('says what is used up and when there is more, what could not be paid, and that a tier was picked', async () => {
    const { email, transport } = await register('en')
    const stories = createClient(StoryService, transport)
    const content = 'Hansel and Gretel walked into the wood.'
    const write = (title: string) => stories.createStory({ title, content, language: 'en' })
    for (const title of ['First wood', 'Second wood', 'Third wood']) await write(title)
    expect(await outcomeOf(write('Fourth wood'))).toBe('ResourceExhausted LIMIT_REACHED')
    const alert = await eventually(async () => (await mailsTo(email)).get('You have reached your limit of stories'))
    expect((await mailbox({ message: alert })).body).toContain('you have used all 3 stories of this period')
    const own = createClient(SubscriptionService, transport)
    await own.setPaymentMethod({ token: 'tok_declined' })
    await own.changeTier({ tier: 'SILVER' })
    const problem = await eventually(async () => (await mailsTo(email)).get('Your upgrade was not paid'))
    expect((await mailbox({ message: problem })).body).toContain('we could not charge $9.99 for your new tier')
    await eventually(async () => (await own.getSubscription({})).subscription?.requestedTier === '' || undefined)
    await own.setPaymentMethod({ token: 'tok_success' })
    await own.changeTier({ tier: 'SILVER' })
    await eventually(async () => (await mailsTo(email)).get('You are on SILVER now'))
    const receipt = await eventually(async () => (await mailsTo(email)).get('Your payment of $9.99'))
    const { invoices } = await own.listInvoices({})
    const paid = invoices.find(({ status }) => status === InvoiceStatus.PAID)
    expect((await mailbox({ message: receipt })).body).toContain(
      `You find invoice ${paid?.number} with your subscription`,
    )
    expect((await write('Fourth wood')).story?.title).toBe('Fourth wood')
  })

  it('says that a password was changed and an API key made and revoked', async () => {
    const { email, password, transport } = await register('en')
    const own = createClient(IdentityService, transport)
    const { apiKey } = await own.createApiKey({ name: 'night build', scopes: ['read'] })
    await own.revokeApiKey({ apiKeyId: apiKey?.id ?? '' })
    await own.changePassword({ currentPassword: password, newPassword: `${password}-2` })
    for (const subject of ['An API key was created', 'An API key was revoked', 'Your password was changed']) {
      const id = await eventually(async () => (await mailsTo(email)).get(subject))
      const { body } = await mailbox({ message: id })
      expect(body).toContain('/reset-password')
      if (subject.includes('API')) expect(body).toContain('night build')
    }
  })

  it('ends by one click of a mail program, not by looking at the link', async () => {
    const { email, transport } = await register('en')
    const id = await eventually(async () => (await mailsTo(email)).get('Welcome to Troupe, Änne &amp; Co'))
    const { body } = await mailbox({ message: id })
    const [, link = ''] = /&lt;(http[^&]*\/unsubscribe\?token=[^&]+)&gt;/.exec(body) ?? []
    const modeOf = async () => {
      const { preferences } = await createClient(NotificationService, transport).getPreferences({})
      return preferences?.channels.find(({ kind, channel }) => kind === 'welcome' && channel === Channel.EMAIL)?.mode
    }
    expect((await fetch(link)).status).toBe(200)
    expect(await modeOf()).toBe(ChannelMode.IMMEDIATE)
    const oneClick = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const posted = await fetch(link, { ...oneClick, body: 'List-Unsubscribe=One-Click' })
    expect(posted.status).toBe(200)
    expect(await modeOf()).toBe(ChannelMode.OFF)
    expect((await fetch(`${link}x`, { ...oneClick, body: '' })).status).toBe(400)
    const anyone = createClient(NotificationService, mesh.transport())
    expect(await outcomeOf(anyone.unsubscribe({ token: 'a.b.c' }))).toBe('InvalidArgument UNSUBSCRIBE_TOKEN_INVALID')
  })
})

describe('notifications inside the platform', () => {
  it('tell an author that a story was read, are followed, listed and marked', async () => {
    const user = await mesh.newUser()
    const own = createClient(NotificationService, user.transport)
    const watching = new AbortController()
    const stream = own.watchNotifications({}, { signal: watching.signal })[Symbol.asyncIterator]()
    const first = await stream.next()
    expect(first.value).toMatchObject({ heartbeat: true })
    const stories = createClient(StoryService, user.transport)
    const content = 'Hansel and Gretel walked into the wood. "I am afraid," said Gretel.'
    const { story } = await stories.createStory({ title: 'The wood', content, language: 'en' })
    await stories.analyzeStory({ storyId: story?.id ?? '' })
    const kinds: string[] = []
    while (!kinds.includes('story_analyzed')) {
      const { value } = await stream.next()
      if (value?.notification) kinds.push(value.notification.kind)
    }
    watching.abort()
    const listed = await own.listNotifications({})
    expect(listed.notifications.map(({ kind }) => kind)).toEqual(['story_analyzed', 'welcome'])
    expect(listed).toMatchObject({ unreadCount: 2, nextPageToken: '' })
    expect(listed.notifications[0]).toMatchObject({ title: 'Your story has been read' })
    expect(listed.notifications[0]?.url).toContain(story?.id)
    const other = createClient(NotificationService, (await mesh.newUser()).transport)
    const ids = [listed.notifications[0]?.id ?? '']
    expect(await outcomeOf(other.markRead({ notificationIds: ids }))).toBe('NotFound NOTIFICATION_NOT_FOUND')
    expect(await own.markRead({ notificationIds: ids })).toMatchObject({ unreadCount: 1 })
    const unread = await own.listNotifications({ unreadOnly: true })
    expect(unread.notifications.map(({ kind }) => kind)).toEqual(['welcome'])
    expect(await own.markAllRead({})).toMatchObject({ unreadCount: 0 })
    expect((await own.listNotifications({ unreadOnly: true })).notifications).toEqual([])
  })
})

const newsFor = (userIds: string[], channels: Channel[]) => ({
  name: 'A test',
  template: 'announcement',
  channels,
  audience: { who: { case: 'users' as const, value: { userIds } } },
  data: [
    { name: 'headline', value: { case: 'text' as const, value: 'News <today>' } },
    { name: 'message', value: { case: 'text' as const, value: 'We have news.' } },
  ],
})

describe('who watches', () => {
  it('is told nothing more once the session has ended', async () => {
    const user = await mesh.newUser()
    const stream = createClient(NotificationService, user.transport).watchNotifications({})[Symbol.asyncIterator]()
    expect((await stream.next()).value).toMatchObject({ heartbeat: true })
    await createClient(IdentityService, user.transport).logout({})
    await sleep(2000) // within which every process has heard of it
    const campaigns = createClient(NotificationService, operator)
    const { campaign } = await campaigns.createCampaign(newsFor([user.id], [Channel.IN_APP]))
    await campaigns.sendCampaign({ campaignId: campaign?.id ?? '' })
    const told: string[] = []
    const follow = async () => {
      for (let next = await stream.next(); !next.done; next = await stream.next()) {
        if (next.value.notification) told.push(next.value.notification.kind)
      }
    }
    expect(await outcomeOf(follow())).toBe('Unauthenticated SESSION_ENDED')
    expect(told).not.toContain('announcement')
  })
})

describe('campaigns', () => {
  it('reach those who are meant, once each, and are for operators', async () => {
    const [one, two, outside] = [await mesh.newUser(), await mesh.newUser(), await mesh.newUser()]
    const campaigns = createClient(NotificationService, operator)
    const request = newsFor([one.id, two.id], [Channel.EMAIL, Channel.IN_APP])
    const asMember = createClient(NotificationService, one.transport).createCampaign(request)
    expect(await outcomeOf(asMember)).toBe('PermissionDenied PERMISSION_DENIED')
    const { campaign } = await campaigns.createCampaign(request)
    const campaignId = campaign?.id ?? ''
    expect(campaign?.status).toBe(CampaignStatus.DRAFT)
    await campaigns.sendCampaign({ campaignId })
    expect(await outcomeOf(campaigns.sendCampaign({ campaignId }))).toBe('FailedPrecondition CAMPAIGN_NOT_DRAFT')
    await eventually(async () => {
      const { deliveries } = await campaigns.listDeliveries({ campaignId })
      const done = deliveries.filter(({ status }) => status !== DeliveryStatus.PENDING)
      return done.length === 4 || undefined
    })
    const listed = await campaigns.listCampaigns({ pageSize: 100 })
    expect(listed.campaigns.find(({ id }) => id === campaignId)).toMatchObject({
      status: CampaignStatus.SENT,
      recipients: 2n,
      deliveries: 4n,
    })
    expect([...(await mailsTo(one.email)).keys()]).toContain('News &lt;today&gt;')
    expect([...(await mailsTo(outside.email)).keys()]).not.toContain('News &lt;today&gt;')
    const { channels } = await campaigns.getDeliveryStats({ campaignId })
    expect(channels.map(({ channel, sent, delivered }) => [channel, sent, delivered])).toEqual([
      [Channel.EMAIL, 2n, 0n],
      [Channel.IN_APP, 0n, 2n],
    ])
    expect(await outcomeOf(campaigns.cancelCampaign({ campaignId }))).toBe('FailedPrecondition CAMPAIGN_ENDED')
  })
})

describe('templates', () => {
  it('are read back and put back by operators, not by others', async () => {
    const templates = createClient(NotificationService, operator)
    const member = createClient(NotificationService, (await mesh.newUser()).transport)
    const name = `of_a_test_${crypto.randomUUID().slice(0, 8)}`
    const source = 'subject: S\ntitle: T\nshort: H\n---\n<mj-text>Hello {name}</mj-text>'
    const text = { locale: 'en', source }
    const kept = { messageType: MessageType.UPDATE, storage: TemplateStorage.DATABASE, localisations: [text] }
    await templates.upsertTemplate({ name, ...kept })
    const found = await templates.getTemplate({ name, locale: 'en' })
    expect(found).toMatchObject({ template: { name, version: 1 }, text, etag: '', isShipped: false, isStale: false })
    expect(await templates.getTemplate({ name: 'welcome', locale: 'de' })).toMatchObject({ isShipped: true })
    for (const refused of [member.getTemplate({ name, locale: 'en' }), member.deleteTemplate({ name })]) {
      expect(await outcomeOf(refused)).toBe('PermissionDenied PERMISSION_DENIED')
    }
    expect((await templates.deleteTemplate({ name })).template).toBeUndefined()
    expect(await outcomeOf(templates.getTemplate({ name, locale: 'en' }))).toBe('NotFound TEMPLATE_NOT_FOUND')
    expect(await outcomeOf(templates.deleteTemplate({ name: 'welcome' }))).toBe('NotFound TEMPLATE_NOT_FOUND')
  })
})

describe('the mesh', () => {
  it('keeps what notification promises of its database', async () => {
    const { results } = await createClient(MeshService, operator).checkInvariants({ contexts: ['notification'] })
    expect(results.filter(({ violations }) => violations.length > 0)).toEqual([])
    expect(results.length).toBeGreaterThan(3)
  })

  it('names the languages of its texts', async () => {
    const { locales } = await createClient(NotificationService, mesh.transport()).listLocales({})
    expect(locales.map(({ tag, isRightToLeft }) => `${tag}${isRightToLeft ? ' rtl' : ''}`)).toEqual([
      'en',
      'de',
      'es',
      'fr',
      'hi',
      'ar rtl',
    ])
  })
})
