import type { Database } from './database.ts'
import type { Row } from './prepared.ts'

export interface RateLimitPolicy {
  name: string
  limit: number
  windowMs: number
}

/** What a counted call was told. */
export interface RateLimitOutcome {
  allowed: boolean
  /** How many more may come at once. */
  remaining: number
  /** When the next call is let in; for one that was let in, when all of the limit is free again. */
  retryAfterMs: number
}

// Each use is the time at its own place in the statement: after the wait for the row, where there was one.
const now = 'extract(epoch from clock_timestamp()) * 1000 + $2::float8'

// The generic cell rate algorithm (ITU-T I.371): `arrival` is when the bucket would be empty again.
const count = `
  insert into rate_limits as r (key, arrival, expires_at)
  values ($1, ${now} + $3::float8, to_timestamp((${now} + $4::float8) / 1000))
  on conflict (key) do update
    set arrival = greatest(r.arrival, ${now}) + $3::float8, expires_at = excluded.expires_at
    where greatest(r.arrival, ${now}) - (${now}) <= $4::float8 - $3::float8
  returning arrival, ${now} as now`

const look = `select arrival, ${now} as now from rate_limits where key = $1`

interface Bucket extends Row {
  arrival: number
  now: number
}

/** Counts a call exactly, whatever the number of replicas: one upsert in the context's own database. */
export const countCall = async (
  database: Database,
  policy: RateLimitPolicy,
  key: string,
  clockOffsetMs: number,
): Promise<RateLimitOutcome> => {
  const interval = policy.windowMs / policy.limit
  const place = [`${policy.name}:${key}`, clockOffsetMs]
  const [counted] = await database.look<Bucket>(count, ...place, interval, policy.windowMs)
  if (counted) {
    const used = Math.max(0, counted.arrival - counted.now)
    // Times of this size have no exact fractions.
    const remaining = Math.floor((policy.windowMs - used) / interval + 1e-6)
    return { allowed: true, remaining: Math.max(0, remaining), retryAfterMs: Math.ceil(used) }
  }
  const [full] = await database.look<Bucket>(look, ...place)
  const wait = full ? full.arrival - full.now - (policy.windowMs - interval) : 0
  return { allowed: false, remaining: 0, retryAfterMs: Math.max(1, Math.ceil(wait)) }
}
