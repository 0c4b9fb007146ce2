import { Aggregate } from '#shared/domain/aggregate.ts'
import { precondition } from '#shared/domain/errors.ts'
import type { Data } from './delivery-state.ts'
import type { Channel } from './ports.ts'

export type CampaignStatus = 'DRAFT' | 'SENDING' | 'SENT' | 'CANCELLED'

/** Who is meant. */
export type Audience =
  | { kind: 'everyone' }
  | { kind: 'followers'; of: string }
  | { kind: 'users'; ids: readonly string[] }
  /** Whoever an event of the type concerns, each time. */
  | { kind: 'event'; type: string }

export interface CampaignInit {
  id: string
  name: string
  template: string
  channels: readonly Channel[]
  audience: Audience
  data: Data
}

/** A message to many: once, to an audience; or whenever something happens, to whom it concerns. */
export class Campaign extends Aggregate {
  readonly id!: string
  name!: string
  template!: string
  channels!: Channel[]
  audience!: Audience
  data!: Data
  status!: CampaignStatus
  /** Of an event that it waits for, while it waits. */
  awaits: string | undefined
  createdAt!: Date
  sentAt: Date | undefined
  endedAt: Date | undefined

  static draft(init: CampaignInit, now: Date): Campaign {
    return Object.assign(new Campaign(), {
      ...init,
      channels: [...init.channels],
      status: 'DRAFT',
      awaits: undefined,
      createdAt: now,
      sentAt: undefined,
      endedAt: undefined,
    })
  }

  /** Begins to reach people, or to wait for its events. Throws CAMPAIGN_NOT_DRAFT. */
  send(now: Date): void {
    if (this.status !== 'DRAFT') throw precondition('CAMPAIGN_NOT_DRAFT', 'the campaign was sent or cancelled before')
    this.status = 'SENDING'
    this.sentAt = now
    if (this.audience.kind === 'event') this.awaits = this.audience.type
  }

  /** It has reached everybody. */
  complete(now: Date): void {
    if (this.status !== 'SENDING') return
    this.status = 'SENT'
    this.endedAt = now
  }

  /** Reaches nobody further. Throws CAMPAIGN_ENDED. */
  cancel(now: Date): void {
    if (this.status === 'SENT' || this.status === 'CANCELLED') {
      throw precondition('CAMPAIGN_ENDED', 'the campaign has reached everybody or was cancelled')
    }
    Object.assign(this, { status: 'CANCELLED', awaits: undefined, endedAt: now })
  }
}
