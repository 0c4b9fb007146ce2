import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import type { Clock } from '../../domain/clock.ts'
import { batched } from '../batched.ts'
import type { MeshClients } from '../clients/mesh-clients.ts'
import type { Database } from '../database.ts'
import { contextOf, eventContract } from '../event-codec.ts'
import type { Nats } from '../nats.ts'
import { keyRings } from '../personal/key-ring.ts'
import { eventOpener } from '../personal/open-event.ts'
import type { SubjectKeys } from '../personal/subject-keys.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import type { Units } from '../units.ts'
import { deliveryHandler } from './handle.ts'
import { type Lease, renewLeases } from './lease.ts'
import { Reader } from './reader.ts'
import { sourcesOf } from './sources.ts'

export interface ReadersOptions {
  context: string
  consumers: readonly ConsumerDefinition[]
  database: Database
  units: Units
  nats: Nats
  log: Logger
  tracing: Tracing
  metrics: Metrics
  clock: Clock
  holder: string
  clients: MeshClients
  /** The context's own. */
  subjectKeys: SubjectKeys
}

const outcomes = { done: 'applied', repeat: 'duplicate', retry: 'retried', dead: 'dead_lettered' } as const

const mostRenewedAtOnce = 100

const assertReadable = (context: string, definition: ConsumerDefinition): void => {
  for (const schema of definition.schemas) {
    if (contextOf(schema.typeName) !== context && !eventContract(schema).published) {
      throw new Error(`consumer ${context}.${definition.name}: ${schema.typeName} is internal to its context`)
    }
  }
}

const askForKeys = async (clients: MeshClients, context: string, subjects: readonly string[]) => {
  const { keys } = await clients.clientAt(context, MeshService).getSubjectKeys({ context, subjects: [...subjects] })
  return new Map(keys.map(({ subject, key }) => [subject, key]))
}

/** One reader for each consumer and each context it hears. */
export const createReaders = (options: ReadersOptions): { start(): void; stop(): Promise<void> } => {
  const { clients, clock, context, metrics, subjectKeys } = options
  const openEvent = eventOpener(
    keyRings((source, subjects) =>
      source === context ? subjectKeys.present(subjects) : askForKeys(clients, source, subjects),
    ),
  )
  const renew = batched((leases: readonly Lease[]) => renewLeases(options.database, leases), mostRenewedAtOnce)
  const readers = options.consumers.flatMap((definition) => {
    assertReadable(context, definition)
    return [...sourcesOf(definition)].map(
      ([source, schemas]) =>
        new Reader({
          ...options,
          definition,
          source,
          types: schemas.map((schema) => schema.typeName),
          now: () => clock.now(),
          renew,
          makeHandler: (signal) =>
            deliveryHandler({
              ...options,
              definition,
              openEvent,
              now: () => clock.now(),
              signal,
              onOutcome: (outcome, milliseconds) =>
                metrics.consumed(context, definition.name, outcomes[outcome], milliseconds / 1000),
            }),
          readEvents: async (from, after, types, pageSize) =>
            clients
              .clientAt(from, MeshService)
              .readEvents({ context: from, afterPosition: BigInt(after), types: [...types], pageSize }),
        }),
    )
  })
  return {
    start: () => {
      for (const reader of readers) reader.start()
    },
    stop: async () => {
      await Promise.all(readers.map((reader) => reader.stop()))
    },
  }
}
