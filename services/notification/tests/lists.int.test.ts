import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measurePages } from '../../shared/tests/measured-pages.ts'
import type { DeliveryFilter } from '../application/delivery-ports.ts'
import type { DeliveryStatus } from '../domain/delivery-state.ts'
import { createDeliveries } from '../infrastructure/deliveries.ts'
import { openNotification, type TestNotification } from './fixture.ts'

const [rows, rowsAtOnce] = [20_000, 1_000]
const statuses = ['PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED'] as const
const [campaignId, recipientId] = [crypto.randomUUID(), crypto.randomUUID()]
const [begin, hour] = [new Date('2026-09-20T00:00:00Z'), 60 * 60_000]

let notification: TestNotification
beforeAll(async () => {
  notification = await openNotification('notification_lists')
  // Two a minute; half of them of one campaign, which have arrived, the others failed; and the oldest stand in all ways.
  for (let made = 0; made < rows; made += rowsAtOnce) {
    await notification.database.sql(
      `insert into deliveries (id, source_event_id, recipient_id, channel, kind, template, campaign_id, data, status, due_at,
       attempts, handed_over, failure, provider, made_from, created_at, correlation_id, revision)
     select gen_random_uuid(), gen_random_uuid(), case when n % 100 = 0 then $1::uuid else gen_random_uuid() end, 'email',
       'announcement', 'announcement', case when n % 2 = 0 then $2::uuid end, '{}',
       case when n <= 40 then (array['PENDING', 'SENT', 'FAILED', 'BOUNCED'])[n / 2 % 4 + 1] when n % 2 = 0 then 'DELIVERED' else 'FAILED' end,
       $3::timestamptz, 0, false, '', '', '', $3::timestamptz + n * interval '30 seconds', 'x', 1
     from generate_series($4::integer + 1, $4::integer + $5::integer) n`,
      recipientId,
      campaignId,
      begin,
      made,
      rowsAtOnce,
    )
  }
  await notification.database.sql('analyze deliveries')
}, 120_000)
afterAll(() => notification.close())

/** How many pages of 8 KiB it takes to answer a query. */
const pagesOf = async (ask: (deliveries: ReturnType<typeof createDeliveries>) => Promise<unknown>): Promise<number> =>
  measurePages(notification.database, (database) => ask(createDeliveries(database, () => undefined as never)))

const page = { recipientId: '', campaignId: '', status: undefined, after: undefined, limit: 21 }

describe('deliveries are listed without looking at all of them', () => {
  const narrowed: [string, Partial<DeliveryFilter>][] = ['', campaignId].flatMap((campaign) =>
    [undefined, ...statuses].map((status): [string, Partial<DeliveryFilter>] => [
      `${campaign ? 'of a campaign' : 'of all'}${status ? `, ${status}` : ''}`,
      { campaignId: campaign, status },
    ]),
  )

  it.each(narrowed)('%s', async (_, filter) => {
    const after = { time: new Date(begin.getTime() + 100 * hour), id: crypto.randomUUID() }
    expect(await pagesOf((deliveries) => deliveries.list({ ...page, ...filter }))).toBeLessThan(100)
    expect(await pagesOf((deliveries) => deliveries.list({ ...page, ...filter, after }))).toBeLessThan(100)
  })

  it.each([undefined, ...statuses])('of one person, %s', async (status: DeliveryStatus | undefined) => {
    expect(await pagesOf((deliveries) => deliveries.list({ ...page, recipientId, status }))).toBeLessThan(400)
  })
})

describe('deliveries are counted without looking at those of other times', () => {
  it.each([
    ['all', ''],
    ['of a campaign', campaignId],
  ])('%s', async (_, campaign) => {
    const since = new Date(begin.getTime() + 100 * hour)
    const period = { since, until: new Date(since.getTime() + hour), campaignId: campaign }
    expect(await pagesOf((deliveries) => deliveries.stats(period))).toBeLessThan(150)
  })
})
