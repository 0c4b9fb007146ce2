import type { MessageInitShape } from '@bufbuild/protobuf'
import type { InvariantResultSchema } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import type { Invariant, SqlInvariant } from '../context.ts'
import type { MeshParts } from './parts.ts'

const maxViolations = 10
const graceMs = 60_000

const maxRequests = 10
const idInText = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

interface Check extends SqlInvariant {
  values?: readonly unknown[]
}

/** What must hold of the kernel's own tables in every context. */
const builtIn = ({ clock, database }: MeshParts): Check[] => [
  {
    // The relay sends by position: an event that stood before its predecessor would overtake it.
    name: 'event-versions-ascend',
    sql: `select stream_id || ' version ' || event_version from (
            select stream_id, event_version, position,
              lag(event_version) over (partition by stream_id order by position) as before from event_store
          ) events where before >= event_version order by position`,
  },
  {
    // Only where events are the state: a mapped aggregate also counts saves that record nothing.
    name: 'event-versions-have-no-gaps',
    sql: `select stream_id || ' has ' || count(*) || ' events, the last is version ' || max(event_version) from event_store
          where stream_type <> all($1::text[]) group by stream_id
          having min(event_version) <> 1 or max(event_version) <> count(*)`,
    values: [[...database.orm.getMetadata()].map((meta) => meta.className)],
  },
  {
    name: 'outbox-rows-have-events',
    sql: `select position::text from outbox o
          where not exists (select 1 from event_store e where e.position = o.position) order by position`,
  },
  {
    name: 'commands-end-when-they-expire',
    sql: `select process || '.' || step || ' ' || id from process_commands
          where outcome is null and expires_at < $1 order by expires_at`,
    values: [new Date(clock.now().getTime() - graceMs)],
  },
]

/** What the requests are known by that changed what violations name, the newest first. */
const requestsBehind = async ({ database }: MeshParts, violations: readonly string[]): Promise<string[]> => {
  const ids = [...new Set(violations.flatMap((violation) => violation.match(idInText) ?? []))]
  if (ids.length === 0) return []
  const rows = await database.sql<{ id: string }>(
    `select event_metadata->>'correlationId' as id from event_store where stream_id = any($1::text[])
     group by 1 order by max(position) desc limit ${maxRequests}`,
    ids,
  )
  return rows.map(({ id }) => id)
}

/** Evaluates the kernel's invariants and the context's own. */
export const checkInvariants = (parts: MeshParts): Promise<MessageInitShape<typeof InvariantResultSchema>[]> => {
  const { context, database } = parts
  const find = async (one: Check | Invariant): Promise<string[]> => {
    if ('find' in one) return one.find()
    const rows = await database.sql(one.sql, ...('values' in one ? (one.values ?? []) : []))
    return rows.map((row) => String(Object.values(row)[0]))
  }
  const check = async (one: Check | Invariant) => {
    const violations = (await find(one)).slice(0, maxViolations)
    const correlationIds = await requestsBehind(parts, violations)
    return { context, name: one.name, holds: violations.length === 0, violations, correlationIds }
  }
  const limited = builtIn(parts).map((each) => ({ ...each, sql: `${each.sql} limit ${maxViolations}` }))
  return Promise.all([...limited, ...parts.invariants].map(check))
}
