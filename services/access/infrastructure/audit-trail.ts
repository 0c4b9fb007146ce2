import { hash } from 'node:crypto'
import { AuditLogAnchoredSchema } from '#gen/troupe/access/v1/access_events_pb.ts'
import type { Clock } from '#shared/domain/clock.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { AuditEntryView, AuditTrail } from '../application/ports.ts'
import { AuditLog, type AuditNote, type HashEntry, type StoredEntry } from '../domain/audit-log.ts'
import { auditLogId } from './migrations.ts'

const pageRows = 1000

/** As `append_audit` in the database makes it. */
export const hashOfEntry: HashEntry = (before, sequence, text) =>
  hash('sha256', Buffer.concat([Buffer.from(before, 'hex'), Buffer.from(`${sequence}\n${text}`)]))

interface Text extends Omit<AuditNote, 'action'> {
  at: string
  actor: string
  action: AuditNote['action']
  correlationId: string
}

const viewOf = ({ sequence, text, hash }: StoredEntry): AuditEntryView => {
  const { at, userId = '', role = '', permission = '', ...rest } = JSON.parse(text) as Text
  return { sequence, hash, at: new Date(at), userId, role, permission, ...rest }
}

async function* allEntries(database: Database): AsyncIterable<StoredEntry> {
  for (let after = 0; ; ) {
    const rows = await database.sql<{ sequence: number; text: string; hash: string }>(
      'select sequence, entry as text, hash from audit_log where sequence > $1 order by sequence limit $2::integer',
      after,
      pageRows,
    )
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    after = last.sequence
  }
}

/** The audit log in the database, and its anchors on the context's stream. */
export const createAuditTrail = (
  database: Database,
  unit: () => UnitOfWork,
  clock: Clock,
  published: Kernel['published'],
): AuditTrail => ({
  note: (note) => {
    const { actor, correlationId } = callContext()
    const text: Text = { at: clock.now().toISOString(), actor, ...note, correlationId }
    unit().writeRows({ sql: 'select append_audit($1)', parameters: [JSON.stringify(text)] })
  },
  head: async () => {
    const head = await unit().find(AuditLog, auditLogId)
    if (!head) throw new Error('the audit log has no head')
    return head
  },
  list: async ({ userId, actor, role, before, limit }) => {
    const conditions = ['sequence < $1']
    const values: unknown[] = [before ?? Number.MAX_SAFE_INTEGER]
    for (const [column, value] of Object.entries({ user_id: userId, actor, role })) {
      if (value !== '') conditions.push(`${column} = $${values.push(value)}`)
    }
    const rows = await database.sql(
      `select sequence, entry as text, hash from audit_log where ${conditions.join(' and ')}
       order by sequence desc limit $${values.push(limit)}::integer`,
      ...values,
    )
    return rows.map((row) => viewOf(row as unknown as StoredEntry))
  },
  entries: () => allEntries(database),
  anchors: async () => {
    const anchors = await published(AuditLogAnchoredSchema)
    return anchors.map(({ sequence, hash, anchoredAt }) => ({
      sequence: Number(sequence),
      hash,
      at: dateOf(anchoredAt) ?? new Date(0),
    }))
  },
  hashOf: hashOfEntry,
})
