import type { MessageInitShape } from '@bufbuild/protobuf'
import { type CampaignSchema, CampaignStatus } from '#gen/troupe/notification/v1/campaign_pb.ts'
import { DeviceKind, type DeviceSchema } from '#gen/troupe/notification/v1/device_pb.ts'
import type { DeliverySchema, NotificationSchema } from '#gen/troupe/notification/v1/notification_pb.ts'
import type { PreferencesSchema } from '#gen/troupe/notification/v1/preference_pb.ts'
import type { TemplateSchema } from '#gen/troupe/notification/v1/template_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { NotificationView } from '../application/inbox.ts'
import type { CampaignView } from '../application/manage-campaigns.ts'
import type { PreferencesView } from '../application/manage-preferences.ts'
import type { TemplateView } from '../application/ports.ts'
import type { Audience } from '../domain/campaign.ts'
import { wireChannels } from '../domain/delivery.ts'
import type { DeliveryState } from '../domain/delivery-state.ts'
import type { Device } from '../domain/device.ts'
import { wireStorages, wireTypes } from '../domain/template.ts'
import { wireModes, wireStatuses } from './wire-names.ts'

// The wire knows no unset timestamp but an absent field.
const times = <Name extends string>(dates: Readonly<Record<Name, Date | undefined>>) =>
  Object.fromEntries(
    Object.entries<Date | undefined>(dates).flatMap(([name, date]) => (date ? [[name, timestamp(date)]] : [])),
  ) as { [key in Name]?: ReturnType<typeof timestamp> }

export const toNotification = ({
  id,
  kind,
  title,
  body,
  url,
  createdAt,
  readAt,
}: NotificationView): MessageInitShape<typeof NotificationSchema> => ({
  id,
  kind,
  title,
  body,
  url,
  ...times({ createdAt, readAt }),
})

export const toDelivery = (state: DeliveryState): MessageInitShape<typeof DeliverySchema> => {
  const { createdAt, dueAt, sentAt, deliveredAt, openedAt, clickedAt } = state
  const { id, recipientId, kind, template, sourceEventId, attempts, failure, provider, madeFrom } = state
  return {
    ...{ id, recipientId, kind, template, sourceEventId, attempts, failure, provider, madeFrom },
    campaignId: state.campaignId ?? '',
    channel: wireChannels[state.channel],
    status: wireStatuses[state.status],
    ...times({ createdAt, dueAt, sentAt, deliveredAt, openedAt, clickedAt }),
  }
}

export const toPreferences = (view: PreferencesView): MessageInitShape<typeof PreferencesSchema> => {
  const { language, timeZone, quietHours, digestTime, channels } = view
  return {
    language,
    timeZone,
    digestTime,
    ...(quietHours && { quietHours }),
    channels: channels.map(({ kind, channel, mode }) => ({
      kind,
      channel: wireChannels[channel],
      mode: wireModes[mode],
    })),
  }
}

export const toTemplate = (view: TemplateView): MessageInitShape<typeof TemplateSchema> => ({
  id: view.id,
  name: view.name,
  messageType: wireTypes[view.messageType],
  storage: wireStorages[view.storage],
  path: view.path,
  locales: view.locales,
  version: view.version,
  ...times({ updatedAt: view.updatedAt }),
})

const toAudience = (audience: Audience): NonNullable<MessageInitShape<typeof CampaignSchema>['audience']> => {
  switch (audience.kind) {
    case 'everyone':
      return { who: { case: 'everyone', value: {} } }
    case 'followers':
      return { who: { case: 'followersOf', value: audience.of } }
    case 'users':
      return { who: { case: 'users', value: { userIds: [...audience.ids] } } }
    case 'event':
      return { who: { case: 'eventType', value: audience.type } }
  }
}

export const toCampaign = ({
  campaign,
  recipients,
  deliveries,
}: CampaignView): MessageInitShape<typeof CampaignSchema> => {
  const { id, name, template, channels, audience, status, createdAt, sentAt, endedAt } = campaign
  return {
    ...{ id, name, template },
    channels: channels.map((channel) => wireChannels[channel]),
    audience: toAudience(audience),
    status: CampaignStatus[status],
    recipients: BigInt(recipients),
    deliveries: BigInt(deliveries),
    ...times({ createdAt, sentAt, endedAt }),
  }
}

export const toDevice = ({ id, kind, name, registeredAt }: Device): MessageInitShape<typeof DeviceSchema> => ({
  id,
  name,
  kind: kind === 'web' ? DeviceKind.WEB : DeviceKind.FCM,
  registeredAt: timestamp(registeredAt),
})
