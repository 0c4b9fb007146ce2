import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import {
  file_troupe_story_v1_story_events,
  StoryCreatedSchema,
  StoryUpdatedSchema,
} from '#gen/troupe/story/v1/story_events_pb.ts'
import { Aggregate } from '../domain/aggregate.ts'
import { precondition } from '../domain/errors.ts'
import { type CallContext, runInCall } from '../infrastructure/call-context.ts'
import { type Database, openDatabase } from '../infrastructure/database.ts'
import { MeshClock } from '../infrastructure/mesh-clock.ts'
import type { Migration } from '../infrastructure/migrate.ts'
import { createLogger } from '../infrastructure/telemetry/logger.ts'
import { createUnits, type Units } from '../infrastructure/units.ts'

/** An aggregate for tests of the kernel; its events borrow the story's contract. */
export class Note extends Aggregate {
  override readonly id!: string
  text!: string
  author!: string
  tags!: string[]

  static write(id: string, author: string, text: string): Note {
    const note = Object.assign(new Note(), { id, author, text, tags: [] })
    note.record(StoryCreatedSchema, { storyId: id, authorId: author, title: text })
    return note
  }

  edit(text: string, times = 1): void {
    this.text = text
    for (let version = 1; version <= times; version += 1) {
      this.record(StoryUpdatedSchema, { storyId: this.id, authorId: this.author, title: text, version })
    }
  }

  /** Records an event without changing the row. */
  touch(): void {
    this.record(StoryUpdatedSchema, { storyId: this.id, authorId: this.author, title: this.text })
  }
}

const NoteSchema = defineEntity({
  class: Note,
  tableName: 'notes',
  properties: {
    id: p.uuid().primary(),
    text: p.text().unique('notes_text_unique'),
    author: p.text(),
    tags: p.array(),
    revision: p.integer().version(),
  },
})

export const entities = [NoteSchema] as unknown as EntitySchema[]
export const events = file_troupe_story_v1_story_events

export const migrations: Migration[] = [
  {
    name: '0001-notes',
    up: [
      `create table notes (id uuid primary key, text text not null constraint notes_text_unique unique, author text not null,
         tags text[] not null, revision integer not null default 1)`,
      `create table stock (id text primary key, available bigint not null check (available >= 0),
         held bigint not null default 0, capacity bigint not null)`,
      `create table seen (event_id uuid primary key, aggregate_id text not null, version integer not null,
         at bigint generated always as identity)`,
    ],
  },
]

const silent = { write: () => {} }
export const testLog = createLogger({ service: 'test', level: 'error', destination: silent as never })

export const anyCall = (over: Partial<CallContext> = {}): CallContext => ({
  principal: { kind: 'user', userId: 'tester', sessionId: '', roles: [] },
  actor: 'tester',
  correlationId: crypto.randomUUID(),
  causationId: crypto.randomUUID(),
  cause: '/test',
  traceparent: undefined,
  address: '127.0.0.1',
  deadline: undefined,
  signal: new AbortController().signal,
  ...over,
})

/** A database of the fixture's schema with its runner of units of work. */
export const openFixture = async (
  url: string,
): Promise<{ database: Database; units: Units; clock: MeshClock; conflicts: () => number }> => {
  const database = openDatabase({ url, poolSize: 4, entities, log: testLog })
  const clock = new MeshClock(database, true)
  let conflicts = 0
  const units = createUnits({
    database,
    clock,
    constraints: { notes_text_unique: () => precondition('TEXT_TAKEN', 'there is such a note') },
    onStored: () => {},
    onConflict: () => {
      conflicts += 1
    },
    timeFlush: (run) => run(),
  })
  return { database, units, clock, conflicts: () => conflicts }
}

/** Runs a unit of work as some caller. */
export const inCall = <T>(run: () => Promise<T>): Promise<T> => runInCall(anyCall(), run)
