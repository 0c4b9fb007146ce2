import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { leasedWork } from '#shared/infrastructure/process/leased-work.ts'
import type { Work } from '../application/ports.ts'

/** What is being made, in Postgres. */
export const workRows = (kernel: Pick<Kernel, 'unit' | 'database' | 'changes'>): Work => ({
  ...leasedWork(kernel, { share: 'joined' }),
  noteJoined: async (id, share) => {
    await kernel.database.sql(
      'update work set joined = greatest(joined, $2) where id = $1',
      id,
      Math.min(1, Math.max(0, share)),
    )
    kernel.changes.notify(id)
  },
  // Whoever read the narration just before its work ended is told that it is done, not that it begins.
  progress: async (narrationId, ownerId) => {
    const [row] = await kernel.database.sql<{ done: number; joined: number }>(
      `select (select count(*) from narration_segments s join speeches p on p.owner_id = $2
          and p.speech_key = s.speech_key and p.state = 'ready' where s.narration_id = $1) as done,
        coalesce((select joined from work where id = $1),
          (select 1 from narrations where id = $1 and status = 'completed'), 0) as joined`,
      narrationId,
      ownerId,
    )
    return row ?? { done: 0, joined: 0 }
  },
})
