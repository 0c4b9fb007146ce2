import type { Migration } from '#shared/infrastructure/migrate.ts'

export const campaignTotals: Migration = {
  name: '0004-campaign-totals',
  up: [
    // Fan-outs are forgotten after a while, and one that waits for events has many.
    `create table campaign_totals (
        campaign_id uuid primary key,
        recipients bigint not null check (recipients >= 0),
        deliveries bigint not null check (deliveries between 0 and 4 * recipients)
      )`,
    `insert into campaign_totals
       select campaign_id, sum(recipients), sum(deliveries) from fan_outs where campaign_id is not null group by 1`,
  ],
}
