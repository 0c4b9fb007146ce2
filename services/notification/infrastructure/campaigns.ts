import { notFound } from '#shared/domain/errors.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Campaigns } from '../application/ports.ts'
import { Campaign } from '../domain/campaign.ts'

/** The campaigns in the database. */
export const createCampaigns = (unit: () => UnitOfWork): Campaigns => ({
  get: async (id) => {
    const campaign = await unit().find(Campaign, id)
    if (!campaign) throw notFound('CAMPAIGN_NOT_FOUND', 'there is no such campaign')
    return campaign
  },
  find: (id) => unit().find(Campaign, id),
  add: (campaign) => unit().add(campaign),
  awaiting: (eventType) => unit().select(Campaign, 'awaits = $1 order by id', eventType),
  need: async (template) => {
    const campaigns = await unit().select(
      Campaign,
      `template = $1 and (status in ('DRAFT', 'SENDING') or exists (
         select from deliveries d where d.campaign_id = campaigns.id and d.status = 'PENDING')) limit 1`,
      template,
    )
    return campaigns.length > 0
  },
  list: (after, limit) =>
    after
      ? unit().select(
          Campaign,
          `(created_at, id) < ($1::timestamptz, $2::uuid) order by created_at desc, id desc limit $3::integer`,
          after.time,
          after.id,
          limit,
        )
      : unit().select(Campaign, 'true order by created_at desc, id desc limit $1::integer', limit),
})
