import { hostname } from 'node:os'
import { ownCall } from '../apart.ts'
import { type CallContext, currentCall, runInCall } from '../call-context.ts'
import type { Kernel } from '../kernel.ts'
import { uuidv7 } from '../uuid.ts'
import { WorkLoop } from './work-loop.ts'

/** How long a replica that died keeps what it was working on. */
const lease = `interval '15 seconds'`
const graceMs = 2000

const claim = `update work set holder = $2, lease_until = now() + ${lease}
  where id in (
    select id from work where kind = $1 and due_at <= now() and lease_until <= now()
    order by due_at limit $3 for update skip locked
  )
  returning id, cause`

const renew = `update work set lease_until = now() + ${lease} where id = any($1::uuid[]) and holder = $2`

/** The lease goes, too, unless somebody else has it by now. */
const putOff = `update work set due_at = now() + $2 * interval '1 millisecond', lease_until = now(), attempts = attempts + 1
  where id = $1 returning attempts`

/** What asked for something to be made: what comes of it is told as caused by that. */
type Cause = Pick<CallContext, 'actor' | 'correlationId' | 'causationId' | 'cause'>

/** What is being handled, for a column `cause`. */
export const causeNow = (): string | null => {
  const call = currentCall()
  if (!call) return null
  const { actor, correlationId, causationId, cause } = call
  return JSON.stringify({ actor, correlationId, causationId, cause } satisfies Cause)
}

/**
 * What is being made, in a context's table `work` (id, kind, holder, lease_until, due_at, attempts, cause and a column that
 * says how far it is). Leases are in the database's time, which no time travel moves.
 */
export const leasedWork = <Kind extends string>(
  { unit, database }: Pick<Kernel, 'unit' | 'database'>,
  { share }: { share: string },
) => ({
  /** Has something made, from its beginning. */
  begin: (id: string, kind: Kind): void =>
    unit().write({
      sql: `insert into work (id, kind, cause) values ($1, $2, $3::jsonb)
        on conflict (id) do update set due_at = now(), attempts = 0, cause = excluded.cause, ${share} = 0`,
      parameters: [id, kind, causeNow()],
    }),
  end: (id: string): void => unit().write({ sql: 'delete from work where id = $1', parameters: [id] }),
  /** Lets somebody take it up again after a time; answers how often it was put off by now. */
  putOff: async (id: string, delayMs: number): Promise<number> => {
    const [row] = await database.sql<{ attempts: number }>(putOff, id, Math.round(delayMs))
    return row?.attempts ?? 0
  },
  /** Says when it is taken up again. */
  retryIn: async (id: string, delayMs: number): Promise<void> => {
    await database.sql(
      `update work set due_at = now() + $2 * interval '1 millisecond' where id = $1`,
      id,
      Math.round(delayMs),
    )
  },
  /** Lets go of it until a time: it waits for others. */
  waitFor: async (id: string, delayMs: number): Promise<void> => {
    await database.sql(
      `update work set due_at = now() + $2 * interval '1 millisecond', lease_until = now(), attempts = 0 where id = $1`,
      id,
      Math.round(delayMs),
    )
  },
  /** Lets somebody else go on at once. */
  handOver: async (id: string): Promise<void> => {
    await database.sql('update work set lease_until = now(), holder = null where id = $1', id)
  },
})

/** How one kind of work is done, and how much of it at once. */
export interface WorkKind {
  kind: string
  /** For the log. */
  name: string
  atOnce: number
  run: (id: string, signal: AbortSignal) => Promise<void>
}

/** Does what is due of a context's `work`, whoever asked for it, side by side with other replicas. */
export const createLeasedWork = (
  context: string,
  { database, log }: Pick<Kernel, 'database' | 'log'>,
  kinds: readonly WorkKind[],
) => {
  const holder = `${hostname()}:${process.pid}:${uuidv7()}`
  const loops = kinds.map(
    ({ kind, name, atOnce, run }) =>
      new WorkLoop<{ id: string; cause: Cause | null }>({
        name,
        concurrency: atOnce,
        log,
        renewMs: 4000,
        claim: (limit) => database.sql<{ id: string; cause: Cause | null }>(claim, kind, holder, limit),
        renew: (ids) => database.sql(renew, ids, holder),
        run: ({ id, cause }, signal) =>
          cause ? runInCall({ ...ownCall(context, kind), ...cause, signal }, () => run(id, signal)) : run(id, signal),
      }),
  )
  const wake = () => {
    for (const loop of loops) loop.wake()
  }
  return {
    wake,
    start: () => {
      for (const loop of loops) loop.start()
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop(graceMs)))
    },
    // Nothing of it waits for a time of the mesh's.
    nextDue: async (): Promise<Date | undefined> => undefined,
    isQuiet: async (): Promise<boolean> => {
      const [row] = await database.sql<{ busy: boolean }>(
        'select exists (select from work where due_at <= now()) as busy',
      )
      if (row?.busy) wake()
      return !row?.busy
    },
  }
}
