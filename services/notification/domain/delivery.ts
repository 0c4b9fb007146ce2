import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  NotificationBouncedSchema,
  NotificationClickedSchema,
  NotificationDeliveredSchema,
  NotificationFailedSchema,
  NotificationOpenedSchema,
  NotificationRequestedSchema,
  NotificationSentSchema,
} from '#gen/troupe/notification/v1/notification_events_pb.ts'
import { Channel as WireChannel } from '#gen/troupe/notification/v1/notification_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { DeliveryState, Request } from './delivery-state.ts'
import type { Channel, DeliveryReport } from './ports.ts'

export const wireChannels = {
  email: WireChannel.EMAIL,
  sms: WireChannel.SMS,
  push: WireChannel.PUSH,
  in_app: WireChannel.IN_APP,
} as const satisfies Readonly<Record<Channel, WireChannel>>

/** One message to one person over one channel: there is one for each event, recipient and channel, ever. */
export class Delivery extends Aggregate {
  state!: DeliveryState

  get id(): string {
    return this.state.id
  }

  /** As its row has it. */
  static from(state: DeliveryState, revision: number): Delivery {
    return Object.assign(new Delivery(), { state, revision })
  }

  /** Makes it. Something inside the platform has arrived with that. */
  static request(request: Request, now: Date): Delivery {
    const isInApp = request.channel === 'in_app'
    const delivery = Object.assign(new Delivery(), {
      state: {
        ...request,
        status: isInApp ? 'DELIVERED' : 'PENDING',
        attempts: 0,
        setbacks: 0,
        itemsLeft: false,
        handedOver: false,
        failure: '',
        provider: isInApp ? 'in_app' : '',
        providerId: undefined,
        addressHash: undefined,
        madeFrom: '',
        createdAt: now,
        sentAt: isInApp ? now : undefined,
        deliveredAt: isInApp ? now : undefined,
        openedAt: undefined,
        readAt: undefined,
        clickedAt: undefined,
      } satisfies DeliveryState,
    })
    const { sourceEventId, campaignId } = request
    delivery.record(NotificationRequestedSchema, { ...delivery.facts, sourceEventId, campaignId: campaignId ?? '' })
    if (isInApp) delivery.record(NotificationDeliveredSchema, { ...delivery.facts, deliveredAt: timestamp(now) })
    return delivery
  }

  private get facts(): Required<Pick<MessageInitShape<typeof NotificationSentSchema>, 'deliveryId' | 'channel'>> & {
    recipientId: string
    kind: string
  } {
    const { id, recipientId, channel, kind } = this.state
    return { deliveryId: id, recipientId, channel: wireChannels[channel], kind }
  }

  get isPending(): boolean {
    return this.state.status === 'PENDING'
  }

  /** A provider took it, or may have: `doubt` says why that is not known. */
  sent(
    by: {
      provider: string
      providerId?: string | undefined
      addressHash?: string | undefined
      madeFrom: string
      doubt?: string
    },
    now: Date,
  ): void {
    if (!this.isPending) return
    const { provider, providerId, addressHash, madeFrom, doubt } = by
    const failure = doubt ? `UNKNOWN: ${doubt}`.slice(0, 500) : ''
    Object.assign(this.state, { status: 'SENT', provider, providerId, addressHash, madeFrom, sentAt: now, failure })
    this.record(NotificationSentSchema, { ...this.facts, provider, sentAt: timestamp(now) })
  }

  /** It is to be tried again; after `mostAttempts` it has failed. */
  again(reason: string, mostAttempts: number): void {
    if (!this.isPending) return
    this.state.attempts += 1
    Object.assign(this.state, { setbacks: 0, handedOver: false, failure: reason })
    if (this.state.attempts >= mostAttempts) this.fail('TRIED_TOO_OFTEN', reason)
  }

  /** It waits for what is no fault of its own; that counts for no try. */
  hold(reason: string): void {
    if (!this.isPending) return
    this.state.setbacks += 1
    Object.assign(this.state, { handedOver: false, failure: reason })
  }

  /** It is not sent, and will not be. */
  fail(reason: string, detail = ''): void {
    if (!this.isPending) return
    Object.assign(this.state, { status: 'FAILED', failure: detail ? `${reason}: ${detail}`.slice(0, 500) : reason })
    this.record(NotificationFailedSchema, { ...this.facts, sourceEventId: this.state.sourceEventId, reason })
  }

  /** It came back, or could not be handed over at an address: `isHard` for good. */
  bounce(isHard: boolean, detail: string, addressHash = this.state.addressHash): void {
    if (this.state.status === 'BOUNCED' || this.state.status === 'FAILED') return
    Object.assign(this.state, { status: 'BOUNCED', failure: detail.slice(0, 500), addressHash })
    this.record(NotificationBouncedSchema, { ...this.facts, sourceEventId: this.state.sourceEventId, isHard })
  }

  /** Moves a delivery that is not due yet, or on. */
  postpone(at: Date): void {
    if (this.isPending) this.state.dueAt = at
  }

  /** What the provider tells of it; repeats and reports that come late change nothing that is known. */
  report({ kind, at, detail }: DeliveryReport): void {
    if (this.isPending || this.state.status === 'FAILED') return
    if (kind === 'bounced' || kind === 'soft_bounced') this.bounce(kind === 'bounced', detail)
    else if (kind !== 'complained') this.arrived(at)
    if (kind === 'opened') this.opened(at)
    if (kind === 'clicked') this.clicked(at)
  }

  /** Its reader says that they have read it; once more changes nothing. */
  read(at: Date): void {
    if (this.state.readAt) return
    this.state.readAt = at
    this.opened(at)
  }

  private opened(at: Date): void {
    if (this.state.openedAt) return
    this.state.openedAt = at
    this.record(NotificationOpenedSchema, { ...this.facts, openedAt: timestamp(at) })
  }

  private clicked(at: Date): void {
    if (this.state.clickedAt) return
    this.state.clickedAt = at
    this.record(NotificationClickedSchema, { ...this.facts, clickedAt: timestamp(at) })
  }

  private arrived(at: Date): void {
    if (this.state.status !== 'SENT') return
    Object.assign(this.state, { status: 'DELIVERED', deliveredAt: at })
    this.record(NotificationDeliveredSchema, { ...this.facts, deliveredAt: timestamp(at) })
  }
}
