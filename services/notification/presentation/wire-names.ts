import { DeliveryStatus as WireStatus } from '#gen/troupe/notification/v1/notification_pb.ts'
import { ChannelMode } from '#gen/troupe/notification/v1/preference_pb.ts'
import type { DeliveryStatus } from '../domain/delivery-state.ts'
import type { Mode } from '../domain/kinds.ts'

export const wireStatuses: Readonly<Record<DeliveryStatus, WireStatus>> = {
  PENDING: WireStatus.PENDING,
  SENT: WireStatus.SENT,
  DELIVERED: WireStatus.DELIVERED,
  FAILED: WireStatus.FAILED,
  BOUNCED: WireStatus.BOUNCED,
}

export const wireModes: Readonly<Record<Mode, ChannelMode>> = {
  off: ChannelMode.OFF,
  immediate: ChannelMode.IMMEDIATE,
  digest: ChannelMode.DIGEST,
}
