import { invalid } from '#shared/domain/errors.ts'
import type { Channel } from './ports.ts'

export type MessageType = 'CONFIRMATION' | 'REMINDER' | 'UPDATE' | 'ALERT'

/** Whether and when somebody is told: not at all, at once, or with the next digest. */
export type Mode = 'off' | 'immediate' | 'digest'

/** What people are told about. */
export interface Kind {
  messageType: MessageType
  /** The channels that it can go by, with what applies to who has said nothing. */
  channels: Readonly<Partial<Record<Channel, Mode>>>
}

/** In the order in which preferences and templates list channels. */
export const allChannels: readonly Channel[] = ['email', 'sms', 'push', 'in_app']

/** At once wherever it reaches somebody for nothing. */
const everywhere = { email: 'immediate', sms: 'off', push: 'immediate', in_app: 'immediate' } as const

/** Everything that people are told about. A digest is no kind of its own to them: it holds what waits for it. */
export const kinds = {
  welcome: { messageType: 'UPDATE', channels: { email: 'immediate', in_app: 'immediate' } },
  email_verification: { messageType: 'CONFIRMATION', channels: { email: 'immediate' } },
  password_reset: { messageType: 'CONFIRMATION', channels: { email: 'immediate' } },
  security_changed: { messageType: 'CONFIRMATION', channels: { email: 'immediate', in_app: 'immediate' } },
  story_analyzed: { messageType: 'UPDATE', channels: { email: 'off', push: 'immediate', in_app: 'immediate' } },
  story_published: { messageType: 'UPDATE', channels: { email: 'digest', push: 'immediate', in_app: 'immediate' } },
  // It goes to an address that need not be anybody's on the platform.
  invitation: { messageType: 'CONFIRMATION', channels: { email: 'immediate', sms: 'immediate' } },
  story_shared: { messageType: 'UPDATE', channels: { email: 'off', in_app: 'immediate' } },
  subscription_changed: { messageType: 'CONFIRMATION', channels: { email: 'immediate', in_app: 'immediate' } },
  payment_received: { messageType: 'CONFIRMATION', channels: { email: 'immediate', in_app: 'immediate' } },
  payment_failed: { messageType: 'ALERT', channels: everywhere },
  // Whoever waits asked for it, and has half an hour: it does not wait for the morning.
  tickets_offered: { messageType: 'CONFIRMATION', channels: everywhere },
  reservation_confirmed: { messageType: 'CONFIRMATION', channels: everywhere },
  // Of money that goes back, a confirmation of its own tells.
  reservation_expired: { messageType: 'UPDATE', channels: { email: 'off', push: 'immediate', in_app: 'immediate' } },
  reservation_refunded: { messageType: 'CONFIRMATION', channels: { email: 'immediate', in_app: 'immediate' } },
  event_cancelled: { messageType: 'ALERT', channels: everywhere },
  event_reminder: { messageType: 'REMINDER', channels: everywhere },
  limit_reached: { messageType: 'ALERT', channels: everywhere },
  announcement: { messageType: 'UPDATE', channels: everywhere },
} as const satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof kinds

/** The kind of mail that gathers others. */
export const digestKind = 'digest'

export const kindNames = Object.keys(kinds) as KindName[]

export const isKind = (name: string): name is KindName => Object.hasOwn(kinds, name)

/** Throws UNKNOWN_KIND. */
export const kindNamed = (name: string, field: string): Kind => {
  if (!isKind(name)) throw invalid(field, 'UNKNOWN_KIND', `must be one of ${kindNames.join(', ')}`)
  return kinds[name]
}

/** What confirms what was done with an account is sent whatever the preferences say, and at any hour. */
export const isAlwaysSent = (name: string): boolean => isKind(name) && kinds[name].messageType === 'CONFIRMATION'

/** What its reader has not asked for: whoever called a message unwanted does not get it. */
export const isUnasked = (name: string): boolean => name === 'invitation'

/** What answers its reader or warns them does not wait behind news, nor behind what a campaign tells many. */
export const isUrgent = ({ kind, campaignId }: { kind: string; campaignId: string | undefined }): boolean =>
  campaignId === undefined && isKind(kind) && ['CONFIRMATION', 'ALERT'].includes(kinds[kind].messageType)
