import type { ConsumerDefinition } from '../application/consumers.ts'
import { deliveryHandler } from '../infrastructure/consumer/handle.ts'
import { Reader } from '../infrastructure/consumer/reader.ts'
import type { Database } from '../infrastructure/database.ts'
import { contractsOf } from '../infrastructure/event-codec.ts'
import type { MeshClock } from '../infrastructure/mesh-clock.ts'
import { connectNats, type Nats } from '../infrastructure/nats.ts'
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

/** A reader of `story` events for a consumer of the context `test`. */
export const readerOf = (side: Side, definition: ConsumerDefinition, holder: string): Reader => {
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
        context: 'test',
        definition,
        database,
        units,
        tracing: startTracing({ service: 'test', sampleRatio: 0 }),
        now,
        signal,
        onOutcome: () => {},
      }),
    readEvents: async () => ({ events: [], more: false }),
  })
}
