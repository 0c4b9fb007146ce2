import type { Expiry } from '#shared/infrastructure/janitor.ts'

const day = 24 * 60 * 60_000

/** Which film was whose publishing's, once no publishing of that age can ask any more. */
export const expiries: readonly Expiry[] = [
  { table: 'publishings', key: 'publishing_id', column: 'created_at', keepMs: 90 * day },
]
