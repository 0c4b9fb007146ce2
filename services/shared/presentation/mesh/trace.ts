import type { CausationNode } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import type { Row } from '../../infrastructure/prepared.ts'
import { type CausationRows, causationNodes } from './causation.ts'
import type { MeshParts } from './parts.ts'

// Of each kind; what one request causes is far less.
const maxRows = 1000

interface EventRow extends Row {
  id: string
  type: string
  causation_id: string
  cause: string
  at: Date
  queued: boolean
}

interface StepRow extends Row {
  id: string
  process: string
  name: string
  causation_id: string
  outcome: string | null
  detail: string
  due_at: Date
  at: Date
}

const deliveryOutcomes = { DEAD: 'dead', PARKED: 'parked', REDRIVING: 'redriving' } as const

interface LetterRow extends Row {
  consumer: string
  event_id: string
  status: keyof typeof deliveryOutcomes
  reason: string
  at: Date
}

const stepOutcome = ({ outcome, detail, due_at }: StepRow, now: Date): string => {
  if (outcome === null) return due_at <= now ? 'due' : `due ${due_at.toISOString()}`
  if (outcome === 'ANSWERED') return 'done'
  return detail ? `${outcome.toLowerCase()}: ${detail}` : outcome.toLowerCase()
}

/** What the context knows of everything that shares a correlation id; up to 1,000 of each kind. */
export const traceCausation = async (parts: MeshParts, correlationId: string): Promise<CausationNode[]> => {
  const { clock, context, database } = parts
  const rows = <R extends Row>(sql: string) => database.sql<R>(`${sql} limit ${maxRows}`, correlationId)
  const [events, handled, letters, commands, timers] = await Promise.all([
    rows<EventRow>(
      `select e.id, e.event_type as type, e.event_metadata->>'causationId' as causation_id,
         e.event_metadata->>'cause' as cause, e.occurred_at as at, o.position is not null as queued
       from event_store e left join outbox o on o.position = e.position
       where e.event_metadata->>'correlationId' = $1 order by e.position`,
    ),
    rows<{ consumer: string; event_id: string; at: Date }>(
      'select consumer, event_id, handled_at as at from inbox where correlation_id = $1 order by handled_at',
    ),
    rows<LetterRow>(
      `select consumer, event_id, status, reason, created_at as at from dead_letters
       where correlation_id = $1 and status <> 'RESOLVED' order by created_at`,
    ),
    rows<StepRow>(
      `select id, process, step as name, causation_id, outcome, outcome_detail as detail, due_at, created_at as at
       from process_commands where correlation_id = $1 order by created_at`,
    ),
    rows<StepRow>(
      `select id, process, name, causation_id, outcome, '' as detail, due_at, coalesce(finished_at, due_at) as at
       from process_timers where correlation_id = $1 order by created_at`,
    ),
  ])
  const now = clock.now()
  const step = (row: StepRow) => ({ ...row, causationId: row.causation_id, outcome: stepOutcome(row, now) })
  const found: CausationRows = {
    events: events.map((row) => ({ ...row, causationId: row.causation_id, isQueued: row.queued })),
    deliveries: [
      ...handled.map((row) => ({ ...row, eventId: row.event_id, outcome: 'done' })),
      ...letters.map((row) => {
        const outcome = deliveryOutcomes[row.status]
        return { ...row, eventId: row.event_id, outcome: row.status === 'DEAD' ? `${outcome}: ${row.reason}` : outcome }
      }),
    ],
    commands: commands.map((row) => ({ ...step(row), step: row.name })),
    timers: timers.map(step),
  }
  return causationNodes(context, found)
}
