import { notFound, precondition } from '../../domain/errors.ts'
import { resetLease } from '../../infrastructure/consumer/lease.ts'
import { sourcesOf } from '../../infrastructure/consumer/sources.ts'
import { onStream } from './backlog.ts'
import type { MeshParts } from './parts.ts'

const quoted = (table: string): string =>
  table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')

const countEvents = async (
  { context, database, nats }: MeshParts,
  source: string,
  types: string[],
): Promise<number> => {
  if (source !== context) return (await onStream(nats, source, types)) ?? 0
  const [row] = await database.sql<{ events: number }>(
    'select count(*) as events from event_store where event_type = any($1::text[])',
    types,
  )
  return row?.events ?? 0
}

/**
 * Empties a projection and makes its reader begin again. Whoever reads at present loses the lease with the next event
 * or renewal, within a second; the reader that comes after reads the event stores from the start, then the streams.
 *
 * Returns how many events will be read: of its own context exactly, of others those that are still on their streams
 * (their stores may hold older ones). Throws CONSUMER_NOT_FOUND, and CONSUMER_HAS_EFFECTS for a reaction.
 */
export const replayProjection = async (parts: MeshParts, consumer: string): Promise<number> => {
  const { consumers, context, database } = parts
  const definition = consumers.find(({ name }) => name === consumer)
  if (!definition) throw notFound('CONSUMER_NOT_FOUND', `${context} has no consumer ${consumer}`)
  if (definition.kind !== 'project') {
    throw precondition('CONSUMER_HAS_EFFECTS', `${consumer} is no projection: replaying it would do things twice`)
  }
  const counts = [...sourcesOf(definition)].map(([source, schemas]) =>
    countEvents(
      parts,
      source,
      schemas.map(({ typeName }) => typeName),
    ),
  )
  const events = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  const tables = definition.tables.map(quoted)
  await database.transaction(async (run) => {
    // Flushes under way end first, and what they wrote is emptied too; later ones find the lease gone. Tables before
    // the inbox, as a flush takes them.
    await run(`lock table ${[...tables, 'inbox'].join(', ')} in share row exclusive mode`)
    await resetLease(run, consumer)
    for (const table of tables) await run(`delete from ${table}`)
    await run('delete from inbox where consumer = $1', [consumer])
    await run('delete from dead_letters where consumer = $1', [consumer])
  })
  return events
}
