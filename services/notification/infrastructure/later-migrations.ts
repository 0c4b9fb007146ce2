import type { Migration } from '#shared/infrastructure/migrate.ts'

/** What came after the first release of the tables. */
export const laterMigrations: readonly Migration[] = [
  {
    name: '0002-expiries',
    up: [
      `create index fan_outs_over on fan_outs (created_at) where status <> 'RUNNING'`,
      'create index mailbox_oldest on mailbox (at)',
    ],
  },
  {
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
  },
  {
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
  },
]
