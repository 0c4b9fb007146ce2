import type { Migration } from '#shared/infrastructure/migrate.ts'

export const fanOutCounts: Migration = {
  name: '0006-fan-out-counts',
  // What campaigns have reached is in campaign_totals; of other crowds nobody asks.
  up: ['alter table fan_outs drop column recipients, drop column deliveries'],
}
