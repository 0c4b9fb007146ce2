import type { OrphanRule } from '#shared/infrastructure/blobs/orphans.ts'
import { unnamedBy } from '#shared/infrastructure/blobs/unnamed.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'

/** The sound that stays only while a row names it. */
export const orphanRules = ({ database }: Pick<Kernel, 'database'>): OrphanRule[] => [
  {
    prefix: 'narration/speeches/',
    unnamed: unnamedBy(
      database,
      `select from speeches p where p.owner_id::text = split_part(k.key, '/', 3)
         and p.speech_key = split_part(split_part(k.key, '/', 4), '.', 1)`,
    ),
  },
  {
    prefix: 'narration/samples/',
    unnamed: unnamedBy(
      database,
      `select from voices v where v.id::text = split_part(k.key, '/', 4)
         and v.samples @> jsonb_build_array(jsonb_build_object('id', split_part(split_part(k.key, '/', 5), '.', 1)))`,
    ),
  },
  {
    prefix: 'narration/stories/',
    unnamed: unnamedBy(
      database,
      `select from narrations n where n.id::text = split_part(k.key, '/', 4) and k.key in (n.sound->>'mp3', n.sound->>'opus')`,
    ),
  },
]
