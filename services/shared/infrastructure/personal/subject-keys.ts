import { hkdfSync, randomBytes } from 'node:crypto'
import type { Database } from '../database.ts'
import type { Row } from '../prepared.ts'
import { seal, unseal } from '../sealing.ts'
import type { Statement } from '../statement.ts'

interface KeyRow extends Row {
  subject: string
  sealed: Buffer | null
}

/** A context's keys for the personal data in its events, one a person. */
export interface SubjectKeys {
  /** The keys of these people: none for whom none was made, null where it was destroyed. */
  find(subjects: readonly string[]): Promise<Map<string, Uint8Array | null>>
  /** The keys of those of them who have one. */
  present(subjects: readonly string[]): Promise<Map<string, Uint8Array>>
  /** A new key, not stored yet. */
  make(): Uint8Array
  /** Adds a new key to the statement that stores what it seals. Fails when another unit was first. */
  write(statement: Statement, subject: string, key: Uint8Array, now: Date): void
  /** What destroys a person's key, and makes sure that none is ever made again. */
  destruction(subject: string, now: Date): { sql: string; parameters: readonly unknown[] }
}

/** The constraint that the second of two new keys for one person violates. */
export const subjectKeyTaken = 'subject_keys_pkey'

/** Keys in the context's database, encrypted under the master key. */
export const createSubjectKeys = (database: Database, masterKey: Uint8Array): SubjectKeys => {
  const wrappingKey = Buffer.from(hkdfSync('sha256', masterKey, 'troupe mesh', 'subject-keys', 32))
  const find: SubjectKeys['find'] = async (subjects) => {
    const rows = await database.sql<KeyRow>(
      'select subject, sealed from subject_keys where subject = any($1::text[])',
      subjects,
    )
    return new Map(rows.map(({ subject, sealed }) => [subject, sealed && unseal(wrappingKey, subject, sealed)]))
  }
  return {
    find,
    present: async (subjects) => {
      const found = await find(subjects)
      return new Map([...found].flatMap(([subject, key]) => (key ? [[subject, key] as const] : [])))
    },
    make: () => randomBytes(32),
    write: (statement, subject, key, now) => {
      const values = [subject, seal(wrappingKey, subject, key), now].map((value) => statement.value(value))
      statement.add(`insert into subject_keys (subject, sealed, changed_at) values (${values.join(', ')})`)
    },
    destruction: (subject, now) => ({
      sql: `insert into subject_keys (subject, sealed, changed_at) values ($1, null, $2)
        on conflict (subject) do update set sealed = null, changed_at = excluded.changed_at`,
      parameters: [subject, now],
    }),
  }
}
