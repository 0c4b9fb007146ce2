import type { MessageInitShape } from '@bufbuild/protobuf'
import type { InvariantResultSchema } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import type { Invariant } from '../context.ts'
import type { MeshParts } from './parts.ts'

const maxViolations = 10
const graceMs = 60_000

interface Check extends Invariant {
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

/** Evaluates the kernel's invariants and the context's own. */
export const checkInvariants = (parts: MeshParts): Promise<MessageInitShape<typeof InvariantResultSchema>[]> => {
  const check = async ({ name, sql, values = [] }: Check) => {
    const rows = await parts.database.sql(sql, ...values)
    const violations = rows.slice(0, maxViolations).map((row) => String(Object.values(row)[0]))
    return { context: parts.context, name, holds: violations.length === 0, violations }
  }
  const limited = builtIn(parts).map((each) => ({ ...each, sql: `${each.sql} limit ${maxViolations}` }))
  return Promise.all([...limited, ...parts.invariants].map(check))
}
