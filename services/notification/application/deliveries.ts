import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import { invalid } from '#shared/domain/errors.ts'
import type { DeliveryStatus } from '../domain/delivery-state.ts'
import { digestKind } from '../domain/kinds.ts'
import type { DeliveryReport } from '../domain/ports.ts'
import { reportItems } from './follow-digest.ts'
import type { Ports } from './ports.ts'

const dayMs = 24 * 60 * 60_000
const longestPeriodMs = 31 * dayMs

export const listDeliveries =
  ({ deliveries }: Ports) =>
  async (request: {
    recipientId: string
    campaignId: string
    status: DeliveryStatus | undefined
    pageSize: number
    pageToken: string
  }) => {
    const size = pageSize(request.pageSize, 20, 100)
    const { recipientId, campaignId, status } = request
    const after = decodeTimePosition(request.pageToken)
    const rows = await deliveries.list({ recipientId, campaignId, status, after, limit: size + 1 })
    return pageOf(rows, size, ({ createdAt, id }) => [createdAt.getTime(), id])
  }

/** Throws PERIOD_TOO_LONG for more than 31 days, PERIOD_INVALID for one that ends before it begins. */
export const getDeliveryStats =
  ({ deliveries, clock }: Ports) =>
  async ({ since, until, campaignId }: { since?: Date | undefined; until?: Date | undefined; campaignId: string }) => {
    const end = until ?? clock.now()
    const begin = since ?? new Date(end.getTime() - dayMs)
    if (begin > end) throw invalid('since', 'PERIOD_INVALID', 'must not be after until')
    if (end.getTime() - begin.getTime() > longestPeriodMs) {
      throw invalid('since', 'PERIOD_TOO_LONG', 'must be at most 31 days before until')
    }
    return deliveries.stats({ since: begin, until: end, campaignId })
  }

/**
 * Notes what a provider tells of a message, and of a digest also for what went out in it. Returns false for one that is
 * not known, or not yet: it may be told again. A hard bounce, and a complaint, end all that goes to the address.
 */
export const noteReport =
  (ports: Ports) =>
  async (provider: string, report: DeliveryReport): Promise<boolean> => {
    const { deliveries, suppressions, clock } = ports
    const delivery = await deliveries.findByProvider(provider, report.providerId)
    // What has still to share the fate of its digest would miss the report.
    if (!delivery || delivery.state.itemsLeft) return false
    // The digest comes last: after a crash before that, the provider reports again.
    if (delivery.state.kind === digestKind) await reportItems(ports, delivery.id, report)
    delivery.report(report)
    deliveries.save([delivery])
    const { addressHash } = delivery.state
    const isOver = report.kind === 'bounced' || report.kind === 'complained'
    if (isOver && addressHash) suppressions.add(addressHash, report.kind, clock.now())
    return true
  }
