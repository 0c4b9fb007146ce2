import type { Migration } from '#shared/infrastructure/migrate.ts'

export const urgentDeliveries: Migration = {
  name: '0003-urgent-deliveries',
  up: [
    'alter table deliveries add column is_urgent boolean not null default false',
    'alter table deliveries add column setbacks integer not null default 0',
    `update deliveries set is_urgent = true where status = 'PENDING' and campaign_id is null
         and kind in ('email_verification', 'password_reset', 'subscription_changed', 'limit_reached')`,
    'drop index deliveries_due',
    // What is held back is passed over without reading its row.
    `create index deliveries_due on deliveries (is_urgent, due_at, retry_at)
       where status = 'PENDING' and due_at is not null`,
  ],
}
