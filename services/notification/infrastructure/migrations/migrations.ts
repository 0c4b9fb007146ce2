import type { Migration } from '#shared/infrastructure/migrate.ts'
import { notification } from './0001-notification.ts'
import { expiries } from './0002-expiries.ts'
import { urgentDeliveries } from './0003-urgent-deliveries.ts'
import { campaignTotals } from './0004-campaign-totals.ts'
import { lists } from './0005-lists.ts'
import { fanOutCounts } from './0006-fan-out-counts.ts'
import { digests } from './0007-digests.ts'
import { living } from './0008-living.ts'
import { shows } from './0009-shows.ts'

/** The schema of notification's database. */
export const migrations: readonly Migration[] = [
  notification,
  expiries,
  urgentDeliveries,
  campaignTotals,
  lists,
  fanOutCounts,
  digests,
  living,
  shows,
]
