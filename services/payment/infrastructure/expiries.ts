import type { Expiry } from '#shared/infrastructure/janitor.ts'

/** Reports that no provider repeats any more: what they say of old is refused by its time. */
export const expiries: readonly Expiry[] = [
  { table: 'webhook_reports', key: 'provider, id', column: 'heard_at', keepMs: 30 * 24 * 60 * 60_000 },
]
