import type { Expiry } from '#shared/infrastructure/janitor.ts'

const day = 24 * 60 * 60_000

/** Sessions of which nothing came, with those who took part. */
export const expiries: readonly Expiry[] = [
  {
    table: 'sessions',
    key: 'id',
    column: 'ended_at',
    keepMs: 90 * day,
    where: `status in ('expired', 'cancelled')`,
  },
]
