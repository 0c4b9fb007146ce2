import type { Channel } from './ports.ts'

export type DeliveryStatus = 'PENDING' | 'SENT' | 'DELIVERED' | 'FAILED' | 'BOUNCED'

/**
 * A value that a text may name, as it is kept: a person by id, so that no name stands here; a time in the reader's zone,
 * or in the one where something takes place.
 */
export type Value =
  | string
  | number
  | { at: string; zone?: string }
  | { minorUnits: number; currency: string }
  | { person: string }

export type Data = Readonly<Record<string, Value>>

/** What is to be told, before it is made. */
export interface Request {
  id: string
  /** The event that caused it, or what stands for it: a campaign, the window of a digest. */
  sourceEventId: string
  recipientId: string
  channel: Channel
  kind: string
  template: string
  campaignId: string | undefined
  data: Data
  /** Who it is about, other than the recipient. */
  aboutId: string | undefined
  /** When it goes out; undefined for what waits in a digest. */
  dueAt: Date | undefined
  /** The delivery that it goes out with. */
  digestId: string | undefined
}

/** A delivery as its row has it. */
export interface DeliveryState extends Request {
  status: DeliveryStatus
  /** Tries that did not end it. */
  attempts: number
  /** How often in a row it was held up by what counts for no try. */
  setbacks: number
  /** Of a digest that is over: there may be more that waited for it and has still to share its fate. */
  itemsLeft: boolean
  /** Whether it is, or was when a process ended, with a provider that would send it again. */
  handedOver: boolean
  /** Why it failed, bounced, must be tried again, or may not have been sent. */
  failure: string
  provider: string
  /** What the provider calls it. */
  providerId: string | undefined
  /** Of the address that it went to. */
  addressHash: string | undefined
  /** Which text it was made from. */
  madeFrom: string
  createdAt: Date
  sentAt: Date | undefined
  deliveredAt: Date | undefined
  openedAt: Date | undefined
  /** When its reader marked it as read; only of what is told inside the platform. */
  readAt: Date | undefined
  clickedAt: Date | undefined
}
