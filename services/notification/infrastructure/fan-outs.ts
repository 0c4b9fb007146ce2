import { callContext } from '#shared/infrastructure/call-context.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { FanOut, FanOuts } from '../application/ports.ts'
import { keepLiving } from './living.ts'

type FanOutRow = Omit<FanOut, 'position'> & { position: string | null }

/**
 * What many are to be told, in the database. A step and the end of one are one write: both touch the row, and of two
 * writes to a row in one statement only one is done.
 */
export const createFanOuts = (database: Database, unit: () => UnitOfWork): FanOuts => ({
  find: async (id) => {
    const [row] = await database.sql(
      `select id, notice, audience as crowd, position from fan_outs where id = $1 and status = 'RUNNING'`,
      id,
    )
    const found = row as unknown as FanOutRow | undefined
    return found && { ...found, position: found.position ?? undefined }
  },
  add: ({ id, notice, crowd }, now) => {
    const { correlationId, causationId } = callContext()
    const { campaignId = null, aboutId = null } = notice
    keepLiving(unit(), [notice.aboutId])
    unit().write({
      sql: `insert into fan_outs (id, campaign_id, notice, audience, about_id, correlation_id, causation_id, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing`,
      parameters: [
        id,
        campaignId,
        JSON.stringify(notice),
        JSON.stringify(crowd),
        aboutId,
        correlationId,
        causationId,
        now,
      ],
    })
  },
  advance: (fanOut, { position, recipients, deliveries, isLast }) => {
    const { campaignId } = fanOut.notice
    if (campaignId) {
      unit().write({
        sql: `insert into campaign_totals as t (campaign_id, recipients, deliveries) values ($1, $2, $3)
          on conflict (campaign_id) do update set recipients = t.recipients + excluded.recipients,
            deliveries = t.deliveries + excluded.deliveries`,
        parameters: [campaignId, recipients, deliveries],
      })
    }
    unit().writeRows({
      sql: `update fan_outs set position = $3, status = case when $4 then 'DONE' else status end
        where id = $1 and status = 'RUNNING' and position is not distinct from $2::uuid returning 1`,
      parameters: [fanOut.id, fanOut.position ?? null, position ?? null, isLast],
    })
  },
  cancelCampaign: (campaignId) =>
    unit().write({
      sql: `update fan_outs set status = 'CANCELLED' where campaign_id = $1 and status = 'RUNNING'`,
      parameters: [campaignId],
    }),
  progress: async (campaignIds) => {
    const rows = await database.sql<{ id: string; recipients: number; deliveries: number }>(
      `select campaign_id as id, recipients, deliveries from campaign_totals where campaign_id = any($1::uuid[])`,
      campaignIds,
    )
    return new Map(rows.map(({ id, recipients, deliveries }) => [id, { recipients, deliveries }]))
  },
})
