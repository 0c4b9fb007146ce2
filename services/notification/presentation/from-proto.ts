import type { Audience as WireAudience } from '#gen/troupe/notification/v1/campaign_pb.ts'
import type {
  Channel as WireChannel,
  DeliveryStatus as WireStatus,
} from '#gen/troupe/notification/v1/notification_pb.ts'
import type { ChannelMode, ChannelPreference } from '#gen/troupe/notification/v1/preference_pb.ts'
import type {
  TemplateStorage,
  TemplateValue,
  MessageType as WireType,
} from '#gen/troupe/notification/v1/template_pb.ts'
import { invalid } from '#shared/domain/errors.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { Audience } from '../domain/campaign.ts'
import { wireChannels } from '../domain/delivery.ts'
import type { Data, DeliveryStatus, Value } from '../domain/delivery-state.ts'
import type { MessageType, Mode } from '../domain/kinds.ts'
import type { Channel } from '../domain/ports.ts'
import type { ChannelWish } from '../domain/preference.ts'
import { type Storage, wireStorages, wireTypes } from '../domain/template.ts'
import { wireModes, wireStatuses } from './wire-names.ts'

const keyOf = <Key extends string, Wire>(names: Readonly<Record<Key, Wire>>, wire: NoInfer<Wire>): Key =>
  (Object.keys(names) as Key[]).find((key) => names[key] === wire) as Key

export const channelOf = (wire: WireChannel): Channel => keyOf<Channel, WireChannel>(wireChannels, wire)

export const storageOf = (wire: TemplateStorage): Storage => keyOf<Storage, TemplateStorage>(wireStorages, wire)

export const messageTypeOf = (wire: WireType): MessageType => keyOf<MessageType, WireType>(wireTypes, wire)

export const statusOf = (wire: WireStatus): DeliveryStatus | undefined =>
  keyOf<DeliveryStatus, WireStatus>(wireStatuses, wire)

export const wishOf = ({ kind, channel, mode }: ChannelPreference): ChannelWish => ({
  kind,
  channel: channelOf(channel),
  mode: keyOf<Mode, ChannelMode>(wireModes, mode),
})

const toValue = ({ value }: TemplateValue): Value => {
  switch (value.case) {
    case 'time':
      return { at: (dateOf(value.value) ?? new Date(0)).toISOString() }
    case 'money':
      return { minorUnits: Number(value.value.minorUnits), currency: value.value.currency }
    case 'text':
      return value.value.replaceAll('\0', '')
    case 'number':
      return value.value
    case undefined:
      throw invalid('data', 'VALUE_MISSING', 'must have a value for each name')
  }
}

export const dataOf = (values: readonly TemplateValue[]): Data =>
  Object.fromEntries(values.map((value) => [value.name, toValue(value)]))

/** Throws AUDIENCE_MISSING. */
export const audienceOf = (audience: WireAudience | undefined): Audience => {
  switch (audience?.who.case) {
    case 'everyone':
      return { kind: 'everyone' }
    case 'followersOf':
      return { kind: 'followers', of: audience.who.value }
    case 'users':
      return { kind: 'users', ids: audience.who.value.userIds }
    case 'eventType':
      return { kind: 'event', type: audience.who.value }
    default:
      throw invalid('audience', 'AUDIENCE_MISSING', 'must say who is meant')
  }
}
