import type { Clock } from '#shared/domain/clock.ts'
import type { Audience, Campaign } from '../domain/campaign.ts'
import type { Data } from '../domain/delivery-state.ts'
import type { Channel, Mail, Push, Sender, Sms } from '../domain/ports.ts'
import type { Deliveries, Inbox, Suppressions } from './delivery-ports.ts'
import type { Contacts, Devices, Followers, Invitations, People, Preferences } from './people-ports.ts'
import type { Holders, ShowStart, Shows } from './show-ports.ts'
import type { Renderer, Templates } from './template-ports.ts'

/** What many are to be told. */
export interface Notice {
  /** The event that causes it, or what stands for it. */
  sourceEventId: string
  kind: string
  template: string
  /** All that the kind goes by when undefined. */
  channels: readonly Channel[] | undefined
  campaignId: string | undefined
  data: Data
  /** Who it is about, other than those who are told. */
  aboutId: string | undefined
}

/** People who are reached by and by. */
export type Crowd =
  | Exclude<Audience, { kind: 'event' }>
  /** Who has tickets for a show when it is reminded of, as long as it begins then. */
  | ({ kind: 'holders' } & ShowStart)

export interface FanOut {
  id: string
  notice: Notice
  crowd: Crowd
  /** The last person who was reached. */
  position: string | undefined
}

export interface FanOuts {
  find(id: string): Promise<FanOut | undefined>
  add(fanOut: FanOut, now: Date): void
  /** Has the unit run again unless it still stands where it was read. `isLast` ends it. */
  advance(
    fanOut: FanOut,
    step: { position: string | undefined; recipients: number; deliveries: number; isLast: boolean },
  ): void
  cancelCampaign(campaignId: string): void
  /** What campaigns have reached so far. */
  progress(campaignIds: readonly string[]): Promise<Map<string, { recipients: number; deliveries: number }>>
}

export interface Campaigns {
  get(id: string): Promise<Campaign>
  find(id: string): Promise<Campaign | undefined>
  add(campaign: Campaign): void
  awaiting(eventType: string): Promise<Campaign[]>
  /** Whether one that is not over, or what it has made and is still to be sent, is told by a template. */
  need(template: string): Promise<boolean>
  list(after: { time: Date; id: string } | undefined, limit: number): Promise<Campaign[]>
}

/** Who carries messages. */
export interface Senders {
  email: Sender<Mail>
  sms: Sender<Sms>
  push: Readonly<Record<Push['device']['kind'], Sender<Push>>>
}

/** Tokens that end mails of a kind for one person; they take the master key to make. */
export interface UnsubscribeTokens {
  of(userId: string, kind: string): string
  /** Throws UNSUBSCRIBE_TOKEN_INVALID. */
  read(token: string): { userId: string; kind: string }
}

/** What the use cases of notification need. */
export interface Ports {
  people: People
  contacts: Contacts
  invitations: Invitations
  followers: Followers
  shows: Shows
  holders: Holders
  preferences: Preferences
  devices: Devices
  deliveries: Deliveries
  inbox: Inbox
  suppressions: Suppressions
  fanOuts: FanOuts
  campaigns: Campaigns
  templates: Templates
  renderer: Renderer
  senders: Senders
  /** Takes back what the local mailbox holds of a delivery that was erased while it was sent. */
  forgetMail(deliveryId: string): Promise<void>
  unsubscribeTokens: UnsubscribeTokens
  links: {
    /** The absolute address of a path of the web app. */
    to(path: string): string
    /** Where a mail program ends mails of a kind. */
    unsubscribe(token: string): string
  }
  hashToken(token: string): string
  clock: Clock
  ids: {
    next(): string
    /** The id that follows from another one and a purpose. */
    of(id: string, purpose: string): string
  }
  /** Yields whenever a topic may have changed, `false` for a heartbeat; ends with the signal. */
  watch(topic: string, signal: AbortSignal): AsyncIterable<boolean>
  /** Runs a read outside of a unary rpc. */
  read<T>(run: () => Promise<T>): Promise<T>
  /** Tells watchers of a topic, once the unit is committed. */
  tellWatchers(topics: readonly string[]): void
  /** Runs and commits a unit of work of its own. */
  apart<T>(purpose: string, run: () => Promise<T>): Promise<T>
  /** Wakes whoever sends and fans out, once the unit is committed. */
  wakeWorkers(): void
}
