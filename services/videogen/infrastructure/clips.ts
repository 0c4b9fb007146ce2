import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { Clip, Clips } from '../application/clip-ports.ts'

const columns = `place, start_ms as "startMs", end_ms as "endMs", prompt, state, provider,
  provider_job_id as "providerJobId", cost_micros as "costMicros", failure_reason as "failureReason",
  coalesce(asked_at, now()) as "askedAt",
  coalesce(extract(epoch from now() - asked_at) * 1000, 0)::double precision as "ageMs"`

const plan = `insert into clips (job_id, place, start_ms, end_ms, prompt)
  select $1::uuid, c.place, c.start_ms, c.end_ms, c.prompt
  from unnest($2::integer[], $3::integer[], $4::integer[], $5::text[]) as c(place, start_ms, end_ms, prompt)
  where not exists (select from clips where job_id = $1)`

/** One statement: of two who come at once, one asks. */
const ask = `update clips set state = 'asked', provider = $3, cost_micros = $4, client_key = $5, asked_at = now(),
    asks = asks + 1, failure_reason = ''
  where job_id = $1 and place = $2 and state = 'planned' returning client_key as key`

const withdraw = `update clips set state = 'planned', provider = '', cost_micros = 0, client_key = ''
  where job_id = $1 and place = $2 and state = 'asked'`

/** What was given up stays paid for. */
const forgive = `update clips set state = 'planned', provider = '', client_key = '', provider_job_id = '',
    lost_micros = lost_micros + cost_micros, cost_micros = 0
  where job_id = $1 and state in ('failed', 'unknown')`

const clean = (text: string): string => text.replaceAll('\0', '')

/** What vendors are asked for, in Postgres. */
export const clipRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Clips => ({
  plan: (jobId, clips) =>
    unit().write({
      sql: plan,
      parameters: [
        jobId,
        clips.map(({ place }) => place),
        clips.map(({ startMs }) => startMs),
        clips.map(({ endMs }) => endMs),
        clips.map(({ prompt }) => clean(prompt)),
      ],
    }),
  of: (jobId) =>
    database.sql<Clip & { [column: string]: unknown }>(
      `select ${columns} from clips where job_id = $1 order by place`,
      jobId,
    ),
  ask: async (jobId, place, provider, costMicros) => {
    const [row] = await database.sql<{ key: string }>(ask, jobId, place, provider, costMicros, uuidv7())
    return row?.key
  },
  withdraw: async (jobId, place) => void (await database.sql(withdraw, jobId, place)),
  accept: async (jobId, place, providerJobId) => {
    await database.sql(
      `update clips set state = 'accepted', provider_job_id = $3 where job_id = $1 and place = $2 and state = 'asked'`,
      jobId,
      place,
      providerJobId,
    )
  },
  keep: async (jobId, place) => {
    await database.sql(
      `update clips set state = 'ready' where job_id = $1 and place = $2 and state = 'accepted'`,
      jobId,
      place,
    )
  },
  giveUp: async (jobId, place, state, reason) => {
    await database.sql(
      `update clips set state = $3, failure_reason = $4 where job_id = $1 and place = $2 and state in ('asked', 'accepted')`,
      jobId,
      place,
      state,
      clean(reason).slice(0, 500),
    )
  },
  forgive: (jobId) => unit().write({ sql: forgive, parameters: [jobId] }),
  spent: async (jobId) => {
    const [row] = await database.sql<{ spent: number }>(
      `select coalesce(sum(cost_micros + lost_micros), 0)::bigint as spent from clips where job_id = $1`,
      jobId,
    )
    return Number(row?.spent ?? 0)
  },
  known: async (provider, providerJobIds) => {
    const rows = await database.sql<{ id: string }>(
      'select provider_job_id as id from clips where provider = $1 and provider_job_id = any($2::text[])',
      provider,
      providerJobIds,
    )
    return new Set(rows.map(({ id }) => id))
  },
})
