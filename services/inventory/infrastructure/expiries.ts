import type { Expiry } from '#shared/infrastructure/janitor.ts'
import { keepHoldsMs } from '../domain/hold.ts'

/** Holds that hold nothing, and that nobody asks about any more. What is sold stays until it is returned. */
export const expiries: readonly Expiry[] = [
  {
    table: 'holds',
    key: 'id',
    column: 'changed_at',
    keepMs: keepHoldsMs,
    where: `status in ('LAPSED', 'RELEASED', 'RETURNED')`,
  },
]
