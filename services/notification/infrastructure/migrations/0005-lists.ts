import type { Migration } from '#shared/infrastructure/migrate.ts'

export const lists: Migration = {
  name: '0005-lists',
  up: [
    // All statuses: in one campaign any of them may be the rare one.
    `create index deliveries_of_campaign_by_status on deliveries (campaign_id, status, created_at desc, id desc)
       where campaign_id is not null`,
    // Of all deliveries many have arrived, so the newest of them are found without.
    `create index deliveries_not_arrived on deliveries (status, created_at desc, id desc)
       where status in ('PENDING', 'SENT', 'FAILED', 'BOUNCED')`,
    'drop index deliveries_not_there',
    'create index campaigns_of_template on campaigns (template)',
  ],
}
