import type { Database } from '../database.ts'
import type { RunInside } from '../prepared.ts'

const leaseSeconds = 3

/** The right of one process to read for a consumer, and where it stands. */
export interface Lease {
  consumer: string
  source: string
  epoch: number
  /** Everything up to this stream sequence is handled. */
  floor: number
  /** The creation time of the stream the floor belongs to. */
  streamCreated: string
  /** Everything up to about this position of the source's event store is handled. */
  caughtUp: number
  /** How long nobody had held it when it was taken. */
  idleMs: number
}

interface LeaseRow {
  [column: string]: unknown
  epoch: number
  floor: number
  stream_created: string
  caught_up: number
  idle_ms: number
}

/** Takes the lease when nobody holds it; every take counts the epoch up. */
export const takeLease = async (
  database: Database,
  consumer: string,
  source: string,
  holder: string,
): Promise<Lease | undefined> => {
  const [row] = await database.look<LeaseRow>(
    `with before as (
       select extract(epoch from clock_timestamp() - expires_at)::float8 * 1000 as idle_ms from consumer_leases
       where consumer = $1 and source = $2 and isfinite(expires_at)
     )
     insert into consumer_leases as l (consumer, source, holder, epoch, floor, stream_created, expires_at)
     values ($1, $2, $3, 1, 0, '', clock_timestamp() + interval '${leaseSeconds} seconds')
     on conflict (consumer, source) do update
       set holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
       where l.expires_at < clock_timestamp()
     returning epoch, floor, stream_created, caught_up, coalesce((select idle_ms from before), 0) as idle_ms`,
    consumer,
    source,
    holder,
  )
  if (!row) return undefined
  const { epoch, floor, stream_created: streamCreated, caught_up: caughtUp, idle_ms: idleMs } = row
  return { consumer, source, epoch, floor, streamCreated, caughtUp, idleMs }
}

/**
 * Keeps the lease and notes where it stands. Answers which aggregates an operator wants tried again; undefined when
 * another process has taken the lease. Does not wait for the disk: what a crash of the server forgets is read once more,
 * and recognised.
 */
export const renewLease = async (database: Database, lease: Lease): Promise<string[] | undefined> => {
  const [row] = await database.look<{ redriven: string[] }>(
    `update consumer_leases l set expires_at = clock_timestamp() + interval '${leaseSeconds} seconds',
       floor = $4, stream_created = $5, caught_up = $6
     where consumer = $1 and source = $2 and epoch = $3 and (select set_config('synchronous_commit', 'off', true)) = 'off'
     returning array(
       select distinct aggregate_id from dead_letters d
       where d.consumer = l.consumer and d.source = l.source and d.status = 'REDRIVING'
     ) as redriven`,
    lease.consumer,
    lease.source,
    lease.epoch,
    lease.floor,
    lease.streamCreated,
    lease.caughtUp,
  )
  return row?.redriven
}

/** Gives the lease up, so that another process need not wait for its end. */
export const releaseLease = (database: Database, lease: Lease): Promise<unknown> =>
  database.sql(
    `update consumer_leases set expires_at = clock_timestamp(), holder = '', floor = $4, stream_created = $5, caught_up = $6
     where consumer = $1 and source = $2 and epoch = $3`,
    lease.consumer,
    lease.source,
    lease.epoch,
    lease.floor,
    lease.streamCreated,
    lease.caughtUp,
  )

/**
 * A condition in SQL, within a statement that reads what a consumer of this name projects: whether it is being read from
 * the start, so that rows may be missing.
 */
export const isFilling = (consumer: string): string =>
  `exists (select 1 from consumer_leases where consumer = '${consumer}' and stream_created = '')`

/** Makes whoever reads start again from nothing. */
export const resetLease = (run: RunInside, consumer: string): Promise<unknown> =>
  run(
    `update consumer_leases set epoch = epoch + 1, floor = 0, caught_up = 0, stream_created = '', expires_at = '-infinity'
     where consumer = $1`,
    [consumer],
  )
