import { createHmac, hkdfSync } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { DeviceKind } from '#gen/troupe/notification/v1/device_pb.ts'
import { Channel } from '#gen/troupe/notification/v1/notification_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { MessageType, TemplateStorage } from '#gen/troupe/notification/v1/template_pb.ts'
import { eventually } from '../../mesh.ts'
import type { Person } from '../stage/people.ts'
import { ofService, type Recipes, type Scene, type Trespass } from './recipe.ts'

const operator = async ({ stage }: Scene) =>
  createClient(NotificationService, stage.transport(await stage.operatorToken()))

const data = [
  { name: 'headline', value: { case: 'text' as const, value: 'News' } },
  { name: 'message', value: { case: 'text' as const, value: 'There are some.' } },
]

const named = { name: 'name', value: { case: 'text' as const, value: 'Ann' } }

const campaignOf = ({ person }: Scene) => ({
  name: 'A campaign',
  template: 'announcement',
  channels: [Channel.IN_APP],
  audience: { who: { case: 'users' as const, value: { userIds: [person.id] } } },
  data,
})

const newCampaign = async (scene: Scene): Promise<{ campaignId: string }> => {
  const { campaign } = await (await operator(scene)).createCampaign(campaignOf(scene))
  return { campaignId: campaign?.id ?? '' }
}

/** Something that a person is told inside the platform. */
const newNotification = async (scene: Scene): Promise<string> => {
  const { stage, person } = scene
  const campaign = await newCampaign(scene)
  await (await operator(scene)).sendCampaign(campaign)
  return eventually(async () => {
    // Read or not: they may mark all as read meanwhile.
    const sql = 'select id from deliveries where campaign_id = $1 and recipient_id = $2'
    const [row] = await stage.databases.sql<{ id: string }>('notification', sql, campaign.campaignId, person.id)
    return row?.id
  })
}

/** A device that a person has registered. Before it the others go, of which there may be ten. */
const newDevice = async ({ stage, person }: Scene): Promise<string> => {
  const own = createClient(NotificationService, stage.transport(person.token))
  const { devices } = await own.listDevices({})
  for (const { id: deviceId } of devices) await own.removeDevice({ deviceId })
  const { device } = await own.registerDevice({ kind: DeviceKind.FCM, token: crypto.randomUUID() })
  return device?.id ?? ''
}

/** The token in the mails of a kind to a person, by the master key of the mesh. */
const mailTokenOf = ({ stage, person }: Scene, kind = 'welcome'): string => {
  const key = Buffer.from(hkdfSync('sha256', stage.masterKey, 'troupe notification', 'unsubscribe', 32))
  const proof = createHmac('sha256', key).update(`${person.id} ${kind}`).digest('base64url')
  return `${person.id}.${kind}.${proof}`
}

const unsubscribing = async (scene: Scene, another: Person): Promise<Trespass[]> => {
  const good = mailTokenOf(scene)
  const theirs = mailTokenOf({ ...scene, person: another })
  const proof = good.split('.').at(-1) ?? ''
  const bad: Readonly<Record<string, string>> = {
    'of another with one’s own proof': [...theirs.split('.').slice(0, 2), proof].join('.'),
    'for another kind': `${scene.person.id}.announcement.${proof}`,
    'without a proof': `${scene.person.id}.welcome.`,
    'cut short': good.slice(0, -1),
    'an access token': scene.person.token.slice(0, 200),
  }
  return Object.entries(bad).map(([what, token]) => ({
    name: `one ${what}`,
    field: 'token',
    fields: { token },
    right: { token: good },
  }))
}

const text = 'subject: S\ntitle: T\nshort: H\n---\n<mj-text>Hello {name}</mj-text>'

const templateOf = () => ({
  name: `of_a_test_${String(Math.random()).slice(2, 14).padEnd(12, '0')}`,
  messageType: MessageType.UPDATE,
  storage: TemplateStorage.DATABASE,
  path: '',
  localisations: [{ locale: 'en', source: text }],
  locales: [],
})

/** How to use what people are told rightly. */
export const notificationRecipes: Recipes = ofService('troupe.notification.v1.NotificationService', {
  ListNotifications: {},
  WatchNotifications: {},
  MarkRead: { fields: async (scene) => ({ notificationIds: [await newNotification(scene)] }) },
  MarkAllRead: {},
  GetPreferences: {},
  UpdatePreferences: { fields: () => ({ channels: [{ kind: 'welcome', channel: Channel.EMAIL, mode: 1 }] }) },
  Unsubscribe: {
    fields: (scene) => ({ token: mailTokenOf(scene) }),
    ids: { token: 'trespass' },
    refusals: ['invalid_argument'],
    trespasses: unsubscribing,
  },
  RegisterDevice: {
    fields: () => ({ kind: 2, token: crypto.randomUUID(), p256dh: '', auth: '' }),
    ids: { token: 'open' },
    needsOwnPerson: true,
  },
  ListDevices: {},
  RemoveDevice: { fields: async (scene) => ({ deviceId: await newDevice(scene) }), needsOwnPerson: true, isOnce: true },
  UpsertTemplate: { fields: templateOf },
  GetTemplate: { fields: () => ({ name: 'announcement', locale: 'de' }) },
  DeleteTemplate: {
    fields: async (scene) => {
      const template = templateOf()
      await (await operator(scene)).upsertTemplate(template)
      return { name: template.name }
    },
    isOnce: true,
  },
  ListTemplates: {},
  PreviewTemplate: { fields: () => ({ name: 'announcement', locale: 'de', data: [...data, named] }) },
  CreateCampaign: { fields: campaignOf },
  ListCampaigns: {},
  SendCampaign: { fields: newCampaign, isOnce: true },
  CancelCampaign: { fields: newCampaign, isOnce: true },
  ListDeliveries: { fields: ({ person }) => ({ recipientId: person.id, campaignId: '' }) },
  GetDeliveryStats: { fields: () => ({ campaignId: '' }) },
  LiftSuppression: { fields: ({ person }) => ({ userId: person.id, channel: Channel.EMAIL }) },
  ListLocales: {},
})
