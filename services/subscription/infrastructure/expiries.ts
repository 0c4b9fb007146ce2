import type { Expiry } from '#shared/infrastructure/janitor.ts'
import { keepReservationsMs } from '../domain/usage.ts'

/** Reservations that nobody asks about any more. What is counted as long as it exists is released however late. */
export const expiries: readonly Expiry[] = [
  {
    table: 'reservations',
    key: 'key',
    column: 'created_at',
    keepMs: keepReservationsMs,
    where: `state in ('RELEASED', 'LAPSED') or state = 'COMMITTED' and resource in ('STORIES', 'FILMS', 'SPEECH')`,
  },
]
