import type { Database } from './database.ts'

export interface RateLimitPolicy {
  name: string
  limit: number
  windowMs: number
}

/** What a counted call was told: how many are left at once, and when the next one is free. */
export interface RateLimitOutcome {
  allowed: boolean
  remaining: number
  retryAfterMs: number
}

// The generic cell rate algorithm (ITU-T I.371): `arrival` is when the bucket would be empty again.
const count = `
  with clock as (select extract(epoch from clock_timestamp()) * 1000 + $2::float8 as now),
  counted as (
    insert into rate_limits as r (key, arrival, expires_at)
    select $1, now + $3::float8, to_timestamp((now + $4::float8) / 1000) from clock
    on conflict (key) do update
      set arrival = greatest(r.arrival, (select now from clock)) + $3::float8,
          expires_at = excluded.expires_at
      where greatest(r.arrival, (select now from clock)) - (select now from clock) <= $4::float8 - $3::float8
    returning arrival
  )
  select (select arrival from counted) as arrival, (select now from clock) as now,
    (select arrival from rate_limits where key = $1) as blocked`

/** Counts a call exactly, whatever the number of replicas: one upsert in the context's own database. */
export const countCall = async (
  database: Database,
  policy: RateLimitPolicy,
  key: string,
  clockOffsetMs: number,
): Promise<RateLimitOutcome> => {
  const interval = policy.windowMs / policy.limit
  const [row] = await database.sql<{ arrival: number | null; now: number; blocked: number | null }>(
    count,
    `${policy.name}:${key}`,
    clockOffsetMs,
    interval,
    policy.windowMs,
  )
  const { arrival, now, blocked } = row as { arrival: number | null; now: number; blocked: number | null }
  if (arrival !== null) {
    const remaining = Math.floor((policy.windowMs - (arrival - now)) / interval)
    return { allowed: true, remaining: Math.max(0, remaining), retryAfterMs: Math.ceil(arrival - now) }
  }
  const wait = Math.max(1, Math.ceil((blocked ?? now) - now - (policy.windowMs - interval)))
  return { allowed: false, remaining: 0, retryAfterMs: wait }
}
