import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { causeNow, leasedWork } from '#shared/infrastructure/process/leased-work.ts'
import type { Progress, Work, WorkName } from '../application/ports.ts'

const later = `insert into work (id, kind, due_at, cause)
  values ($1, $2, now() + $3 * interval '1 millisecond', $4::jsonb)
  on conflict (id) do update set due_at = excluded.due_at, attempts = 0, cause = excluded.cause, share = 0`

const note = 'update work set share = greatest(share, $2), stage = $3 where id = $1'

/** What is being made, in Postgres. */
export const workRows = (kernel: Pick<Kernel, 'unit' | 'database' | 'changes'>): Work => ({
  ...leasedWork<WorkName>(kernel, { share: 'share' }),
  beginLater: (id, kind, delayMs) => kernel.unit().write({ sql: later, parameters: [id, kind, delayMs, causeNow()] }),
  note: async (id, { share, stage }) => {
    await kernel.database.sql(note, id, Math.min(1, Math.max(0, share)), stage)
    kernel.changes.notify(id)
  },
  // Whoever read the job just before its work ended is told that it is done, not that it begins.
  progress: async (id) => {
    const [row] = await kernel.database.sql(
      `select share, stage from work where id = $1
       union all select 1, 'joining' from video_jobs where id = $1 and status = 'completed'
         and not exists (select 1 from work where id = $1)`,
      id,
    )
    return (row as Progress | undefined) ?? { share: 0, stage: 'waiting' }
  },
})
