import { create } from '@bufbuild/protobuf'
import { EventRecordSchema } from '#gen/troupe/mesh/v1/event_record_pb.ts'
import type { ConsumerDefinition } from '../application/consumers.ts'
import type { Clock } from '../domain/clock.ts'
import { timestamp } from '../domain/timestamp.ts'
import type { ReadEvents } from '../infrastructure/consumer/catch-up.ts'
import { deliveryHandler } from '../infrastructure/consumer/handle.ts'
import { renewLeases } from '../infrastructure/consumer/lease.ts'
import { Reader } from '../infrastructure/consumer/reader.ts'
import type { ReaderOptions } from '../infrastructure/consumer/reading.ts'
import type { Database } from '../infrastructure/database.ts'
import { contractsOf } from '../infrastructure/event-codec.ts'
import type { MeshClock } from '../infrastructure/mesh-clock.ts'
import { connectNats, type Nats } from '../infrastructure/nats.ts'
import type { Row } from '../infrastructure/prepared.ts'
import { Relay } from '../infrastructure/relay.ts'
import { startTracing } from '../infrastructure/telemetry/tracing.ts'
import type { Units } from '../infrastructure/units.ts'
import { events, openFixture, testLog } from './fixture.ts'

export interface Side {
  database: Database
  units: Units
  clock: MeshClock
  nats: Nats
  close(): Promise<void>
}

/** One replica's database and bus. */
export const openSide = async (databaseUrl: string, natsUrl: string): Promise<Side> => {
  const { database, units, clock } = await openFixture(databaseUrl)
  const nats = await connectNats([natsUrl], 'test', testLog)
  let closed: Promise<void> | undefined
  const close = async () => {
    await nats.close()
    await database.close()
  }
  return {
    database,
    units,
    clock,
    nats,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** The relay of the context `story`, on a side's database. */
export const relayOf = ({ database, nats, clock }: Side, databaseUrl: string): Relay =>
  new Relay({
    context: 'story',
    database,
    databaseUrl,
    nats,
    replicas: 1,
    clock,
    log: testLog,
    tracing: startTracing({ service: 'test', sampleRatio: 0 }),
    contracts: contractsOf(events),
  })

/** A reader for a consumer of the context `test`, of `story` events unless it says otherwise. */
export const readerOf = (
  side: Pick<Side, 'database' | 'units' | 'nats'> & { clock: Clock },
  definition: ConsumerDefinition,
  holder: string,
  over: Partial<Pick<ReaderOptions, 'readEvents' | 'ackWaitMs' | 'log' | 'source'>> = {},
): Reader => {
  const { database, units, clock, nats } = side
  const now = () => clock.now()
  return new Reader({
    context: 'test',
    definition,
    source: 'story',
    types: definition.schemas.map((schema) => schema.typeName),
    holder,
    database,
    nats,
    log: testLog,
    now,
    makeHandler: (signal) =>
      deliveryHandler({
        log: testLog,
        context: 'test',
        definition,
        database,
        units,
        tracing: startTracing({ service: 'test', sampleRatio: 0 }),
        openEvent: () => undefined,
        now,
        signal,
        onOutcome: () => {},
      }),
    readEvents: async () => ({ events: [], more: false }),
    renew: async (lease) => (await renewLeases(database, [lease])).get(lease),
    ...over,
  })
}

interface StoredRow extends Row {
  id: string
  event_type: string
  stream_id: string
  event_version: number
  position: number
  occurred_at: Date
  payload: Buffer
}

/** Reads a side's event store as other contexts see it. */
export const storeOf =
  ({ database }: Side): ReadEvents =>
  async (_source, after, types, pageSize) => {
    const rows = await database.sql<StoredRow>(
      'select * from event_store where position > $1 and event_type = any($2) order by position limit $3',
      after,
      types,
      pageSize + 1,
    )
    const events = rows.slice(0, pageSize).map((row) =>
      create(EventRecordSchema, {
        id: row.id,
        type: row.event_type,
        aggregateId: row.stream_id,
        aggregateVersion: row.event_version,
        position: BigInt(row.position),
        occurredAt: timestamp(row.occurred_at),
        payload: row.payload,
      }),
    )
    return { events, more: rows.length > pageSize }
  }
