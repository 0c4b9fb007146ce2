import type { Migration } from '#shared/infrastructure/migrate.ts'

export const digests: Migration = {
  name: '0007-digests',
  up: [
    'alter table deliveries add column items_left boolean not null default false',
    'create index deliveries_with_items_left on deliveries (id) where items_left',
    'drop index deliveries_of_digest',
    `create index deliveries_of_digest on deliveries (digest_id, created_at desc, id desc) where digest_id is not null`,
  ],
}
