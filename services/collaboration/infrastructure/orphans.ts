import type { OrphanRule } from '#shared/infrastructure/blobs/orphans.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'

const unnamed = `select k.key from unnest($1::text[]) as k(key) where not exists (
  select from contributions c where c.session_id::text = split_part(k.key, '/', 3)
    and c.id::text = split_part(split_part(k.key, '/', 4), '.', 1))`

/** Recordings stay only while a row names them. */
export const orphanRules = ({ database }: Pick<Kernel, 'database'>): OrphanRule[] => [
  {
    prefix: 'collaboration/recordings/',
    unnamed: async (keys) => {
      const rows = await database.sql<{ key: string }>(unnamed, keys)
      return rows.map(({ key }) => key)
    },
  },
]
