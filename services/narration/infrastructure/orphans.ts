import type { OrphanRule } from '#shared/infrastructure/blobs/orphans.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'

const unnamed = (database: Kernel['database'], isNamed: string) => async (keys: readonly string[]) => {
  const rows = await database.sql<{ key: string }>(
    `select k.key from unnest($1::text[]) as k(key) where not exists (${isNamed})`,
    keys,
  )
  return rows.map(({ key }) => key)
}

/** The sound that stays only while a row names it. */
export const orphanRules = ({ database }: Pick<Kernel, 'database'>): OrphanRule[] => [
  {
    prefix: 'narration/speeches/',
    unnamed: unnamed(
      database,
      `select from speeches p where p.owner_id::text = split_part(k.key, '/', 3)
         and p.speech_key = split_part(split_part(k.key, '/', 4), '.', 1)`,
    ),
  },
  {
    prefix: 'narration/samples/',
    unnamed: unnamed(
      database,
      `select from voices v where v.id::text = split_part(k.key, '/', 4)
         and v.samples @> jsonb_build_array(jsonb_build_object('id', split_part(split_part(k.key, '/', 5), '.', 1)))`,
    ),
  },
  {
    prefix: 'narration/stories/',
    unnamed: unnamed(
      database,
      `select from narrations n where n.id::text = split_part(k.key, '/', 4) and k.key in (n.sound->>'mp3', n.sound->>'opus')`,
    ),
  },
]
