import { recordedEvents } from '#shared/domain/aggregate.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { ChannelStats, Deliveries, DeliveryFilter } from '../application/delivery-ports.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { DeliveryState } from '../domain/delivery-state.ts'
import { isUrgent } from '../domain/kinds.ts'
import { deliveryOf, insertDeliveries, stateColumns, updateDeliveries } from './delivery-rows.ts'
import { keepLiving } from './living.ts'

type StateRow = Record<string, unknown> & { revision: number }

const listConditions = (filter: DeliveryFilter): [string, unknown[]] => {
  const values: unknown[] = []
  const value = (item: unknown, type: string) => `$${values.push(item)}::${type}`
  const { recipientId, campaignId, status, after, limit } = filter
  const conditions = ['true']
  if (recipientId !== '') conditions.push(`recipient_id = ${value(recipientId, 'uuid')}`)
  if (campaignId !== '') conditions.push(`campaign_id = ${value(campaignId, 'uuid')}`)
  // Written out, so that the planner sees which of them an index holds.
  if (status) conditions.push(`status = '${status}'`)
  if (after) conditions.push(`(created_at, id) < (${value(after.time, 'timestamptz')}, ${value(after.id, 'uuid')})`)
  return [`${conditions.join(' and ')} order by created_at desc, id desc limit ${value(limit, 'integer')}`, values]
}

const statsOf = `select channel,
    count(*) filter (where status = 'PENDING') as pending, count(*) filter (where status = 'SENT') as sent,
    count(*) filter (where status = 'DELIVERED') as delivered, count(*) filter (where status = 'FAILED') as failed,
    count(*) filter (where status = 'BOUNCED') as bounced, count(opened_at) as opened, count(clicked_at) as clicked
  from deliveries where created_at >= $1 and created_at < $2`

/** The deliveries in the database. They are written in hundreds, so each statement takes many. */
export const createDeliveries = (database: Database, unit: () => UnitOfWork): Deliveries => {
  const select = async (where: string, ...values: unknown[]): Promise<Delivery[]> => {
    const rows = await database.sql<StateRow>(
      `select ${stateColumns}, revision from deliveries where ${where}`,
      ...values,
    )
    return rows.map(deliveryOf)
  }
  return {
    find: async (id) => (await select('id = $1', id))[0],
    // Rows of earlier versions have what went out in a digest under the digest's id as well.
    findByProvider: async (provider, providerId) => {
      const which = 'provider_id = $1 and provider = $2 order by digest_id nulls first, id limit 1'
      return (await select(which, providerId, provider))[0]
    },
    known: async (ids) => {
      if (ids.length === 0) return new Set()
      const rows = await database.sql<{ id: string }>('select id from deliveries where id = any($1::uuid[])', ids)
      return new Set(rows.map(({ id }) => id))
    },
    digests: async (ids) => {
      if (ids.length === 0) return new Map()
      const rows = await database.sql<{ id: string; isOpen: boolean }>(
        `select id, status = 'PENDING' and claimed_until = '-infinity' as "isOpen" from deliveries
         where id = any($1::uuid[])`,
        ids,
      )
      return new Map(rows.map(({ id, isOpen }) => [id, { isOpen }]))
    },
    keepOpen: (ids) => {
      if (ids.length === 0) return
      const sql = `select 1 from deliveries where id = any($1::uuid[]) and status = 'PENDING'
        and claimed_until = '-infinity' for share`
      unit().writeRows({ sql, parameters: [ids] }, ids.length)
    },
    itemsOf: (digestId, limit, kinds) =>
      select(
        `digest_id = $1 and status = 'PENDING' and ($2::text[] is null or kind = any($2::text[]))
         order by created_at, id limit $3::integer`,
        digestId,
        kinds ?? null,
        limit,
      ),
    itemCounts: async (digestId) => {
      const rows = await database.sql<{ kind: string; count: number }>(
        `select kind, count(*) as count from deliveries where digest_id = $1 and status = 'PENDING' group by kind`,
        digestId,
      )
      return new Map(rows.map(({ kind, count }) => [kind, count]))
    },
    newestItems: (digestId, kinds, after, limit) =>
      select(
        `digest_id = $1 and status = 'PENDING' and kind = any($2::text[])
           and (created_at, id) < (coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, $1))
         order by created_at desc, id desc limit $5::integer`,
        digestId,
        kinds,
        after?.createdAt ?? null,
        after?.id ?? null,
        limit,
      ),
    pending: (ids) => select(`id = any($1::uuid[]) and status = 'PENDING'`, ids),
    toldInApp: (userId, ids) =>
      select('id = any($2::uuid[]) and recipient_id = $1 and sequence is not null', userId, ids),
    unread: (userId, upTo, limit) =>
      select(
        `recipient_id = $1 and sequence is not null and read_at is null and sequence <= $2
         order by sequence limit $3::integer`,
        userId,
        upTo,
        limit,
      ),
    sentWith: (digestId, after, limit) =>
      select(
        `digest_id = $1 and status not in ('PENDING', 'FAILED') and ($2::uuid is null or id > $2::uuid)
         order by id limit $3::integer`,
        digestId,
        after ?? null,
        limit,
      ),
    add: (deliveries) => {
      if (deliveries.length === 0) return
      const rows = deliveries.map((each) => {
        const { state } = each
        return { ...state, isUrgent: isUrgent(state), revision: recordedEvents(each).length }
      })
      const readers = deliveries.flatMap(({ state }) => (state.channel === 'in_app' ? [state.recipientId] : []))
      const parameters = [JSON.stringify(rows), readers, callContext().correlationId]
      unit().write({ sql: insertDeliveries, parameters })
      const concerned = deliveries.flatMap(({ state }) => [state.recipientId, state.aboutId])
      keepLiving(unit(), concerned)
      for (const delivery of deliveries) unit().add(delivery)
    },
    save: (deliveries, pauseMs = 0) => {
      const rows = deliveries.map((each) => {
        const { state, revision } = each
        return { ...state, revision, steps: Math.max(1, recordedEvents(each).length) }
      })
      if (rows.length === 0) return
      unit().writeRows({ sql: updateDeliveries, parameters: [JSON.stringify(rows), pauseMs] }, rows.length)
      for (const delivery of deliveries) unit().add(delivery)
    },
    handOver: (id) => {
      const sql = `update deliveries set handed_over = true, revision = revision + 1
        where id = $1 and status = 'PENDING' and not handed_over returning 1`
      unit().writeRows({ sql, parameters: [id] }, 1)
    },
    list: async (filter) => {
      const [where, values] = listConditions(filter)
      return (await select(where, ...values)).map(({ state }) => state as DeliveryState)
    },
    stats: async ({ since, until, campaignId }) => {
      const rest = "group by channel order by array_position(array['email', 'sms', 'push', 'in_app'], channel)"
      const rows =
        campaignId === ''
          ? await database.sql(`${statsOf} ${rest}`, since, until)
          : await database.sql(`${statsOf} and campaign_id = $3 ${rest}`, since, until, campaignId)
      return rows as unknown as ChannelStats[]
    },
  }
}
