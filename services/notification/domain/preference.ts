import { PreferenceChangedSchema } from '#gen/troupe/notification/v1/notification_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { invalid } from '#shared/domain/errors.ts'
import { languageTag, timeZone } from '#shared/domain/language-tag.ts'
import {
  allChannels,
  digestKind,
  isAlwaysSent,
  isKind,
  type Kind,
  kindNamed,
  kindNames,
  kinds,
  type Mode,
} from './kinds.ts'
import type { Hours } from './local-time.ts'
import type { Channel } from './ports.ts'

/** When digests go out. */
export interface DigestTime {
  /** After local midnight. */
  minute: number
  /** 1 for Monday to 7 for Sunday; 0 for every day. */
  weekday: number
}

/** What somebody wants to be told, how and when. */
export interface Wishes {
  /** Empty for that of the account. */
  language: string
  timeZone: string
  quietHours: Hours | undefined
  digestTime: DigestTime
  /** By `<kind>:<channel>`, where it differs from what the kind says. */
  modes: Readonly<Record<string, Mode>>
}

export interface ChannelWish {
  kind: string
  channel: Channel
  mode: Mode
}

export type WishChange = Partial<
  Pick<Wishes, 'language' | 'timeZone' | 'digestTime'> & { quietHours: Hours; channels: readonly ChannelWish[] }
>

/** What applies to who has said nothing. */
export const noWishes: Wishes = {
  language: '',
  timeZone: '',
  quietHours: undefined,
  digestTime: { minute: 8 * 60, weekday: 0 },
  modes: {},
}

/** How somebody is told of a kind over a channel. */
export const modeOf = ({ modes }: Pick<Wishes, 'modes'>, kind: string, channel: Channel): Mode => {
  const fallback: Mode = isKind(kind) ? ((kinds[kind] as Kind).channels[channel] ?? 'off') : 'immediate'
  return isAlwaysSent(kind) ? fallback : (modes[`${kind}:${channel}`] ?? fallback)
}

/** Every kind with every channel that it can go by. */
export const allWishes = (wishes: Pick<Wishes, 'modes'>): ChannelWish[] =>
  kindNames.flatMap((kind) =>
    allChannels
      .filter((channel) => (kinds[kind] as Kind).channels[channel] !== undefined)
      .map((channel) => ({ kind, channel, mode: modeOf(wishes, kind, channel) })),
  )

const checked = ({ kind, channel, mode }: ChannelWish): [string, Mode] => {
  const field = 'channels'
  if (kindNamed(kind, field).channels[channel] === undefined) {
    throw invalid(field, 'CHANNEL_NOT_OFFERED', `nobody is told of ${kind} by ${channel}`)
  }
  if (isAlwaysSent(kind))
    throw invalid(field, 'ALWAYS_SENT', `${kind} confirms what is done with your account and is always sent`)
  if (mode === 'digest' && channel !== 'email') throw invalid(field, 'DIGEST_BY_MAIL_ONLY', 'digests are mails')
  return [`${kind}:${channel}`, mode]
}

const factsOf = ({ language, timeZone: zone, quietHours, digestTime, modes }: Wishes): string =>
  JSON.stringify([language, zone, quietHours, digestTime, modes])

/** What one person has said about what they are told. */
export class Preference extends Aggregate implements Wishes {
  /** That of the account. */
  readonly id!: string
  language!: string
  timeZone!: string
  quietHours: Hours | undefined
  digestTime!: DigestTime
  modes!: Readonly<Record<string, Mode>>

  static of(userId: string): Preference {
    return Object.assign(new Preference(), { id: userId, ...noWishes })
  }

  /**
   * Changes what is given. Throws UNKNOWN_KIND, CHANNEL_NOT_OFFERED, ALWAYS_SENT, DIGEST_BY_MAIL_ONLY,
   * INVALID_LANGUAGE, INVALID_TIME_ZONE.
   */
  change({ language, timeZone: zone, quietHours, digestTime, channels = [] }: WishChange): void {
    const before = factsOf(this)
    if (language !== undefined) this.language = language && languageTag(language)
    if (zone !== undefined) this.timeZone = zone && timeZone(zone)
    if (quietHours) this.quietHours = quietHours.startMinute === quietHours.endMinute ? undefined : quietHours
    if (digestTime) this.digestTime = digestTime
    if (channels.length > 0) this.modes = { ...this.modes, ...Object.fromEntries(channels.map(checked)) }
    if (factsOf(this) !== before) this.record(PreferenceChangedSchema, { userId: this.id })
  }

  /** Ends mails of a kind, or all that come in digests. */
  unsubscribe(kind: string): void {
    const ended = allWishes(this).filter(
      (wish) => wish.channel === 'email' && (kind === digestKind ? wish.mode === 'digest' : wish.kind === kind),
    )
    this.change({ channels: ended.map((wish) => ({ ...wish, mode: 'off' })) })
  }
}
