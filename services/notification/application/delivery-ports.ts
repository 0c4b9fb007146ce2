import type { Delivery } from '../domain/delivery.ts'
import type { Data, DeliveryState, DeliveryStatus } from '../domain/delivery-state.ts'
import type { Channel } from '../domain/ports.ts'

export interface Deliveries {
  find(id: string): Promise<Delivery | undefined>
  /** What a provider knows by an id; of a digest and what went out in it, the digest. */
  findByProvider(provider: string, providerId: string): Promise<Delivery | undefined>
  /** Of these ids, those that there are. */
  known(ids: readonly string[]): Promise<Set<string>>
  /** Of these ids of digests, those that there are; `isOpen` while nobody has begun to send it. */
  digests(ids: readonly string[]): Promise<Map<string, { isOpen: boolean }>>
  /** Has the unit run again unless all of these are still open when it is written. */
  keepOpen(digestIds: readonly string[]): void
  /** What waits for a digest, or still has to share its fate: of some kinds, or of all. */
  itemsOf(digestId: string, limit: number, kinds?: readonly string[]): Promise<Delivery[]>
  /** How much of each kind waits for a digest. */
  itemCounts(digestId: string): Promise<Map<string, number>>
  /** What waits for a digest, the newest first, after a place. */
  newestItems(
    digestId: string,
    kinds: readonly string[],
    after: DeliveryState | undefined,
    limit: number,
  ): Promise<Delivery[]>
  /** Of these ids, what is still to go. */
  pending(ids: readonly string[]): Promise<Delivery[]>
  /** Of these ids, what a person was told inside the platform. */
  toldInApp(userId: string, ids: readonly string[]): Promise<Delivery[]>
  /** What a person has not read inside the platform, up to a place. */
  unread(userId: string, upTo: number, limit: number): Promise<Delivery[]>
  /** What went out with a digest, in the order of ids, after a place. */
  sentWith(digestId: string, after: string | undefined, limit: number): Promise<Delivery[]>
  add(deliveries: readonly Delivery[]): void
  /** Those that are still to be sent are left alone for so many milliseconds. */
  save(deliveries: readonly Delivery[], pauseMs?: number): void
  /** Notes that a pending delivery is handed to a provider that would send it again. */
  handOver(id: string): void
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
}

/** The reason of who called a message unwanted: they take what they asked for themselves. */
export const complained = 'complained'

/** Addresses that take nothing any more. */
export interface Suppressions {
  /** What an address is known by; it cannot be read back. */
  hashOf(channel: Channel, address: string): string
  /** Why it takes nothing; undefined where it does. */
  reasonOf(addressHash: string): Promise<string | undefined>
  /** A complaint gives way to any other reason. */
  add(addressHash: string, reason: string, now: Date): void
  lift(addressHash: string): void
}
