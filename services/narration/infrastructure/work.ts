import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { WorkLoop } from '#shared/infrastructure/process/work-loop.ts'
import type { Work } from '../application/ports.ts'

/** How long a replica that died keeps what it was working on. */
const lease = `interval '15 seconds'`

const claim = `update work set holder = $2, lease_until = now() + ${lease}
  where id in (
    select id from work where kind = $1 and due_at <= now() and lease_until <= now()
    order by due_at limit $3 for update skip locked
  )
  returning id`

const renew = `update work set lease_until = now() + ${lease} where id = any($1::uuid[]) and holder = $2`

/** The lease goes, too, unless somebody else has it by now. */
const putOff = `update work set due_at = now() + $2 * interval '1 millisecond', lease_until = now(), attempts = attempts + 1
  where id = $1 returning attempts`

/** What is being made, in Postgres. */
export const workRows = ({ unit, database, changes }: Pick<Kernel, 'unit' | 'database' | 'changes'>): Work => ({
  begin: (id, kind) =>
    unit().write({
      sql: `insert into work (id, kind) values ($1, $2) on conflict (id) do update set due_at = now(), attempts = 0, joined = 0`,
      parameters: [id, kind],
    }),
  end: (id) => unit().write({ sql: 'delete from work where id = $1', parameters: [id] }),
  putOff: async (id, delayMs) => {
    const [row] = await database.sql<{ attempts: number }>(putOff, id, Math.round(delayMs))
    return row?.attempts ?? 0
  },
  retryIn: async (id, delayMs) => {
    await database.sql(
      `update work set due_at = now() + $2 * interval '1 millisecond' where id = $1`,
      id,
      Math.round(delayMs),
    )
  },
  handOver: async (id) => {
    await database.sql('update work set lease_until = now(), holder = null where id = $1', id)
  },
  noteJoined: async (id, share) => {
    await database.sql('update work set joined = $2 where id = $1', id, Math.min(1, Math.max(0, share)))
    changes.notify(id)
  },
  progress: async (narrationId, ownerId) => {
    const [row] = await database.sql<{ done: number; joined: number }>(
      `select (select count(*) from narration_segments s join speeches p on p.owner_id = $2
          and p.speech_key = s.speech_key and p.state = 'ready' where s.narration_id = $1) as done,
        coalesce((select joined from work where id = $1), 0) as joined`,
      narrationId,
      ownerId,
    )
    return row ?? { done: 0, joined: 0 }
  },
})

/** Works on what is due, side by side with other replicas. */
export const workLoop = (
  { database, log }: Pick<Kernel, 'database' | 'log'>,
  holder: string,
  kind: 'narration' | 'voice',
  concurrency: number,
  run: (id: string, signal: AbortSignal) => Promise<void>,
): WorkLoop<{ id: string }> =>
  new WorkLoop({
    name: kind === 'narration' ? 'narrations' : 'trainings',
    concurrency,
    log,
    renewMs: 4000,
    claim: (limit) => database.sql<{ id: string }>(claim, kind, holder, limit),
    renew: (ids) => database.sql(renew, ids, holder),
    run: ({ id }, signal) => run(id, signal),
  })
