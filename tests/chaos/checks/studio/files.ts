import { join } from 'node:path'
import { openBlobs } from '#shared/infrastructure/blobs/open-blobs.ts'
import { type OrphanRule, sweepOrphans } from '#shared/infrastructure/blobs/orphans.ts'
import { orphanRules as ofCollaboration } from '../../../../services/collaboration/infrastructure/orphans.ts'
import { orphanRules as ofNarration } from '../../../../services/narration/infrastructure/orphans.ts'
import { orphanRules as ofVideogen } from '../../../../services/videogen/infrastructure/orphans.ts'
import type { StudioJournal } from '../../workload/studio/studio-journal.ts'
import { contexts, rowsOf, type World } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

/** Every file that a row says is there. */
const named = [
  ['narration', `select unnest(array[sound->>'mp3', sound->>'opus']) as key from narrations where sound is not null`],
  [
    'narration',
    `select format('narration/speeches/%s/%s.pcm', owner_id, speech_key) as key from speeches where state = 'ready'`,
  ],
] as const

const rulesIn = (world: World): OrphanRule[] => {
  const database = (context: string) =>
    ({ sql: (sql: string, ...values: unknown[]) => rowsOf(world, context, sql, values) }) as never
  return [
    ...ofCollaboration({ database: database('collaboration') }),
    ...ofNarration({ database: database('narration') }),
    ...ofVideogen({ database: database('videogen') }),
  ]
}

/** What crashes left behind is swept, and nothing else is: then every file has its row, and every row its files. */
export const checkFiles: Check<StudioJournal> = async (world) => {
  const { add, findings } = finder('files')
  const blobs = openBlobs({ kind: 'folder', folder: join(world.dataDir, 'blobs') })
  const rules = rulesIn(world)
  const everything = new Date(8e15)
  for (const rule of rules) await sweepOrphans(blobs, rule, everything)
  for (const rule of rules)
    for (const key of await sweepOrphans(blobs, rule, everything)) add('stuck', `${key} was swept twice`)
  for (const [context, sql] of named)
    for (const { key } of await rowsOf<{ key: string }>(world, context, sql))
      if (!(await blobs.stat(key))) add('lost', key)
  for (const context of contexts)
    for await (const { key } of blobs.list(`${context}/`))
      if (!rules.some(({ prefix }) => key.startsWith(prefix))) add('wrong', `nobody sweeps ${key}`)
  return findings
}
