import type { Clock } from '#shared/domain/clock.ts'
import type { Audience, Campaign } from '../domain/campaign.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Data, DeliveryState, DeliveryStatus } from '../domain/delivery-state.ts'
import type { Device } from '../domain/device.ts'
import type { Channel, Mail, Push, Sender, Sms } from '../domain/ports.ts'
import type { Preference, Wishes } from '../domain/preference.ts'
import type { Localisation, Storage, Template } from '../domain/template.ts'

/** What is known of a person without asking: a public name, a language, a time zone. */
export interface Person {
  userId: string
  displayName: string
  language: string
  timeZone: string
}

/** The people on the platform, as identity last told of them. */
export interface People {
  find(ids: readonly string[]): Promise<Map<string, Person>>
  /** Fields that are not given stay as they are. */
  remember(person: Pick<Person, 'userId' | 'displayName' | 'language'> & { timeZone?: string }): void
  forget(userId: string): void
  /** Of some people, whether one has left. */
  anyGone(ids: readonly string[]): Promise<boolean>
  /** Ids in order, after a place. */
  page(after: string | undefined, limit: number): Promise<string[]>
}

/** How somebody is reached. */
export interface Contact extends Person {
  email: string
  /** E.164; empty for none. */
  phone: string
}

/** Identity, asked when something is sent. Throws while it cannot be reached. */
export interface Contacts {
  /** Undefined for who has no active account. */
  find(userId: string): Promise<Contact | undefined>
  /** A link that is to be mailed, or why it need not be any more, e.g. `LINK_USED`. */
  link(requestId: string): Promise<{ url: string; email: string; expiresAt: Date } | { reason: string }>
}

/** Who follows whom. */
export interface Followers {
  /** Ids in order, after a place. */
  page(userId: string, after: string | undefined, limit: number): Promise<string[]>
}

export interface Preferences {
  find(userId: string): Promise<Preference | undefined>
  add(preference: Preference): void
  /** What people have said; who has said nothing is left out. */
  wishesOf(userIds: readonly string[]): Promise<Map<string, Wishes>>
}

export interface Devices {
  findByToken(tokenHash: string): Promise<Device | undefined>
  of(userId: string): Promise<Device[]>
  add(device: Device): void
  remove(id: string): void
  /** Of some people, those who have any. */
  owners(userIds: readonly string[]): Promise<Set<string>>
}

export interface Deliveries {
  find(id: string): Promise<Delivery | undefined>
  findByProvider(provider: string, providerId: string): Promise<Delivery | undefined>
  /** Of these ids, those that there are. */
  known(ids: readonly string[]): Promise<Set<string>>
  /** Of these ids of digests, those that there are; `isOpen` while nobody has begun to send it. */
  digests(ids: readonly string[]): Promise<Map<string, { isOpen: boolean }>>
  /** Has the unit run again unless all of these are still open when it is written. */
  keepOpen(digestIds: readonly string[]): void
  /** What goes out with a digest and is still to go. */
  itemsOf(digestId: string): Promise<Delivery[]>
  add(deliveries: readonly Delivery[]): void
  /** Those that are still to be sent are left alone for so many milliseconds. */
  save(deliveries: readonly Delivery[], pauseMs?: number): void
  list(filter: DeliveryFilter): Promise<DeliveryState[]>
  stats(period: { since: Date; until: Date; campaignId: string }): Promise<ChannelStats[]>
}

export interface DeliveryFilter {
  recipientId: string
  campaignId: string
  status: DeliveryStatus | undefined
  after: { time: Date; id: string } | undefined
  limit: number
}

export interface ChannelStats {
  channel: Channel
  pending: number
  sent: number
  delivered: number
  failed: number
  bounced: number
  opened: number
  clicked: number
}

/** Something told inside the platform. `sequence` counts one person's, without gaps in the order in which they come. */
export interface InboxEntry {
  id: string
  sequence: number
  kind: string
  template: string
  data: Data
  createdAt: Date
  readAt: Date | undefined
}

export interface Inbox {
  lastSequence(userId: string): Promise<number>
  newest(userId: string, before: number | undefined, unreadOnly: boolean, limit: number): Promise<InboxEntry[]>
  after(userId: string, sequence: number, limit: number): Promise<InboxEntry[]>
  /** Up to 1,000, without some and those up to a place. */
  countUnread(userId: string, without: readonly string[], after?: number): Promise<number>
  /** How many of these are the person's own. */
  countOwn(userId: string, ids: readonly string[]): Promise<number>
  markRead(userId: string, ids: readonly string[], now: Date): void
  markAllRead(userId: string, upTo: number, now: Date): void
}

/** Addresses that take nothing any more. */
export interface Suppressions {
  /** What an address is known by; it cannot be read back. */
  hashOf(channel: Channel, address: string): string
  has(addressHash: string): Promise<boolean>
  add(addressHash: string, reason: string, now: Date): void
}

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
export type Crowd = Exclude<Audience, { kind: 'event' }>

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
  list(after: { time: Date; id: string } | undefined, limit: number): Promise<Campaign[]>
}

/** A template as it is listed; one that was never replaced has no id. */
export interface TemplateView {
  id: string
  name: string
  messageType: Template['messageType']
  storage: Storage
  path: string
  locales: string[]
  version: number
  updatedAt: Date | undefined
}

export interface Templates {
  findByName(name: string): Promise<Template | undefined>
  add(template: Template): void
  /** Those that come with the platform, and those that operators made, by name. */
  list(after: string, limit: number): Promise<TemplateView[]>
  exists(name: string): Promise<boolean>
  /** Whether texts can be read from a storage. */
  isConfigured(storage: Storage): boolean
  /** Throws TEMPLATE_INVALID. */
  check(localisation: Localisation): Promise<void>
}

/** A message in somebody's language. */
export interface Rendered {
  subject: string
  title: string
  short: string
  html: string
  text: string
  language: string
  madeFrom: string
}

/** Values a text gets beside those that are kept. */
export type Extra = Readonly<Record<string, string | number | Date | { html: string; text: string }>>

export interface RenderRequest {
  template: string
  data: Data
  extra: Extra
  /** What people are called. */
  names: ReadonlyMap<string, string>
  language: string
  timeZone: string
}

/** Makes texts of templates. Throws TEMPLATE_NOT_FOUND, TEMPLATE_INVALID, VALUE_MISSING, and while no text can be had. */
export interface Renderer {
  mail(request: RenderRequest & { unsubscribeUrl: string | undefined }): Promise<Rendered>
  brief(request: RenderRequest): Promise<Pick<Rendered, 'title' | 'short' | 'language' | 'madeFrom'>>
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
  followers: Followers
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
