import { file_troupe_mesh_v1_erasure_events as meshWideEvents } from '#gen/troupe/mesh/v1/erasure_events_pb.ts'
import type { Authenticator } from '../infrastructure/authenticator.ts'
import type { Authorizer } from '../infrastructure/authorizer.ts'
import type { BlobStore } from '../infrastructure/blobs/blobs.ts'
import type { MediaUrls } from '../infrastructure/blobs/media-url.ts'
import { ownedBlobs } from '../infrastructure/blobs/owned-blobs.ts'
import { Changes } from '../infrastructure/changes.ts'
import type { MeshClients } from '../infrastructure/clients/mesh-clients.ts'
import type { EnvReader, MeshConfig } from '../infrastructure/config.ts'
import { type Database, openDatabase } from '../infrastructure/database.ts'
import { contractsOf, type EventContract } from '../infrastructure/event-codec.ts'
import { MeshClock } from '../infrastructure/mesh-clock.ts'
import { migrate } from '../infrastructure/migrate.ts'
import type { Nats } from '../infrastructure/nats.ts'
import { createSubjectKeys, type SubjectKeys } from '../infrastructure/personal/subject-keys.ts'
import type { Programs } from '../infrastructure/programs/program.ts'
import { publishedEvents } from '../infrastructure/published-events.ts'
import { Relay } from '../infrastructure/relay.ts'
import type { Logger } from '../infrastructure/telemetry/logger.ts'
import type { Metrics } from '../infrastructure/telemetry/metrics.ts'
import type { Tracing } from '../infrastructure/telemetry/tracing.ts'
import { currentUnit, UnitOfWork } from '../infrastructure/unit-of-work.ts'
import { createUnits, type Units } from '../infrastructure/units.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import type { ContextDefinition, Kernel } from './context.ts'

/** What a process gives each of its contexts. */
export interface HostParts {
  config: MeshConfig
  /** Every context of the mesh, wherever it runs. */
  contexts: readonly string[]
  env: EnvReader
  nats: Nats
  blobs: BlobStore
  mediaUrls: MediaUrls
  programs: Programs
  metrics: Metrics
  /** `host:pid`, the holder of leases. */
  holder: string
  logFor(service: string): Logger
  tracingFor(service: string): Tracing
  clientsFor(context: string, tracing: Tracing): MeshClients
  authenticator: Authenticator
  authorizer: Authorizer
}

/** The machinery of one context: its database up to date, its clock, relay and units of work. */
export interface ContextParts {
  name: string
  log: Logger
  tracing: Tracing
  database: Database
  clock: MeshClock
  clients: MeshClients
  changes: Changes
  contracts: ReadonlyMap<string, EventContract>
  relay: Relay
  units: Units
  subjectKeys: SubjectKeys
}

/** Brings a context's schema up to date and opens what it works with; nothing runs yet. */
export const openContext = async (definition: ContextDefinition, host: HostParts): Promise<ContextParts> => {
  const { name } = definition
  const { config, metrics, nats } = host
  const log = host.logFor(name)
  const tracing = host.tracingFor(name)
  const databaseUrl = config.databaseUrl(name)
  await migrate(databaseUrl, definition.migrations)
  const database = openDatabase({ url: databaseUrl, poolSize: config.poolSize, entities: definition.entities, log })
  const clock = new MeshClock(database, config.timeTravel)
  await clock.load()
  const contracts = new Map([...contractsOf(definition.events), ...contractsOf(meshWideEvents)])
  const relay = new Relay({
    context: name,
    database,
    databaseUrl,
    nats,
    replicas: config.natsReplicas,
    clock,
    log,
    tracing,
    contracts,
    onPublished: (count) => metrics.relayed(name, count),
  })
  const subjectKeys = createSubjectKeys(database, config.masterKey)
  const changes = new Changes(nats, name, () => relay.wake())
  const units = createUnits({
    database,
    clock,
    constraints: definition.constraints ?? {},
    subjectKeys,
    onStored: (events) => {
      if (relay.isActive) relay.wake()
      else changes.wakeRelay()
      for (const event of events) changes.notify(event.streamId)
    },
    onConflict: () => metrics.flushConflict(name),
    timeFlush: (run) => {
      const started = performance.now()
      return tracing.span('flush', { kind: 'internal' }, run).finally(() => {
        metrics.flushed(name, (performance.now() - started) / 1000)
      })
    },
  })
  return {
    name,
    log,
    tracing,
    database,
    clock,
    clients: host.clientsFor(name, tracing),
    changes,
    contracts,
    relay,
    units,
    subjectKeys,
  }
}

/** What the context's own code sees of it. */
export const kernelOf = (host: HostParts, parts: ContextParts): Kernel => ({
  config: host.config,
  contexts: host.contexts,
  env: host.env,
  log: parts.log,
  clock: parts.clock,
  database: parts.database,
  changes: parts.changes,
  blobs: ownedBlobs(host.blobs, parts.name),
  programs: host.programs,
  mediaUrl: (key, options) => host.mediaUrls.sign(key, { now: parts.clock.now(), ...options }),
  unit: () => currentUnit(),
  read: (run) => new UnitOfWork(parts.database, uuidv7()).run(run),
  write: (key, run) => parts.units.run({ key, handler: run }),
  published: (schema) => publishedEvents(host.nats, parts.name, schema),
  client: (service) => parts.clients.client(service),
})
