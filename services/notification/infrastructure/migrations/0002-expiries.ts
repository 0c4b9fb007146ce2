import type { Migration } from '#shared/infrastructure/migrate.ts'

export const expiries: Migration = {
  name: '0002-expiries',
  up: [
    `create index fan_outs_over on fan_outs (created_at) where status <> 'RUNNING'`,
    'create index mailbox_oldest on mailbox (at)',
  ],
}
