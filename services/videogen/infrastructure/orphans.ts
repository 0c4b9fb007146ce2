import type { OrphanRule } from '#shared/infrastructure/blobs/orphans.ts'
import { unnamedBy } from '#shared/infrastructure/blobs/unnamed.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'

const film = `select from video_jobs j where j.id::text = split_part(split_part(k.key, '/', 4), '.', 1)
  and k.key in (j.film->>'video', j.film->>'thumbnail')`

const clip = `select from clips c join video_jobs j on j.id = c.job_id
  where j.id::text = split_part(k.key, '/', 4) and c.place::text = split_part(split_part(k.key, '/', 5), '.', 1)
    and c.state in ('accepted', 'ready') and j.status <> 'completed'`

/** The files that stay only while a row names them. */
export const orphanRules = ({ database }: Pick<Kernel, 'database'>): OrphanRule[] => [
  { prefix: 'videogen/films/', unnamed: unnamedBy(database, film) },
  { prefix: 'videogen/clips/', unnamed: unnamedBy(database, clip) },
]
