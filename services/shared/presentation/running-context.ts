import { createMethodImplSpec, type HandlerContext, type Interceptor, type MethodImplSpec, type Transport } from '@connectrpc/connect'
import type { UniversalHandlerOptions } from '@connectrpc/connect/protocol'
import type { Clock } from '../domain/clock.ts'
import type { Authenticator } from '../infrastructure/authenticator.ts'
import type { Authorizer } from '../infrastructure/authorizer.ts'
import { Changes } from '../infrastructure/changes.ts'
import { localTransport } from '../infrastructure/clients/local-transport.ts'
import { createMeshClients, type MeshClients } from '../infrastructure/clients/mesh-clients.ts'
import type { EnvReader, MeshConfig } from '../infrastructure/config.ts'
import { createReaders } from '../infrastructure/consumer/readers.ts'
import { openDatabase } from '../infrastructure/database.ts'
import { contractsOf } from '../infrastructure/event-codec.ts'
import { IdempotencyStore } from '../infrastructure/idempotency.ts'
import { startJanitor } from '../infrastructure/janitor.ts'
import { MeshClock } from '../infrastructure/mesh-clock.ts'
import { migrate } from '../infrastructure/migrate.ts'
import type { Nats } from '../infrastructure/nats.ts'
import { Relay } from '../infrastructure/relay.ts'
import type { Logger } from '../infrastructure/telemetry/logger.ts'
import type { Metrics } from '../infrastructure/telemetry/metrics.ts'
import type { Tracing } from '../infrastructure/telemetry/tracing.ts'
import { currentUnit, UnitOfWork } from '../infrastructure/unit-of-work.ts'
import { createUnits, type Units } from '../infrastructure/units.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import type { Composition, ContextDefinition, Kernel } from './context.ts'
import { createGate } from './gate.ts'
import { callScope, errors, telemetry, validation } from './interceptors.ts'
import { rateLimiting } from './rate-limiting.ts'
import type { Route } from './route.ts'
import { unitsOfWork } from './units-of-work.ts'

/** What a process gives each of its contexts. */
export interface HostParts {
  config: MeshConfig
  env: EnvReader
  nats: Nats
  metrics: Metrics
  /** `host:pid`, the holder of leases. */
  holder: string
  logFor(service: string): Logger
  tracingFor(service: string): Tracing
  clientsFor(context: string, clock: Clock, tracing: Tracing): MeshClients
  authenticator: Authenticator
  authorizer: Authorizer
}

/** A context at work in this process. */
export interface RunningContext {
  name: string
  routes: readonly Route[]
  /** How the router of the host's server is to call its rpcs. */
  options: Pick<UniversalHandlerOptions, 'interceptors' | 'requestGate'>
  /** The in-memory way to it. */
  transport: Transport
  http: NonNullable<Composition['http']>
  clock: MeshClock
  /** Whether its database answers. */
  isHealthy(): Promise<boolean>
  stop(): Promise<void>
}

const methodsOf = (routes: readonly Route[]): Map<string, MethodImplSpec> => {
  const methods = new Map<string, MethodImplSpec>()
  for (const { service, implementation } of routes) {
    for (const method of service.methods) {
      const implement = (implementation as Record<string, unknown>)[method.localName] as never
      if (implement) methods.set(`/${service.typeName}/${method.name}`, createMethodImplSpec(method, implement))
    }
  }
  return methods
}

/** Brings a context up: schema, composition, relay, consumers; ready for calls when it resolves. */
export const startContext = async (definition: ContextDefinition, host: HostParts): Promise<RunningContext> => {
  const { name } = definition
  const { config, metrics, nats } = host
  const log = host.logFor(name)
  const tracing = host.tracingFor(name)
  const databaseUrl = config.databaseUrl(name)
  await migrate(databaseUrl, definition.migrations)
  const database = openDatabase({ url: databaseUrl, poolSize: config.poolSize, entities: definition.entities, log })
  const clock = new MeshClock(database, config.timeTravel)
  await clock.load()
  const clients = host.clientsFor(name, clock, tracing)
  const contracts = contractsOf(definition.events)
  const relay = new Relay({
    context: name,
    database,
    databaseUrl,
    nats,
    replicas: config.natsReplicas,
    clock,
    log,
    contracts,
    onPublished: (count) => metrics.relayed(name, count),
  })
  const changes = new Changes(nats, name, () => relay.wake())
  const units = createUnits({
    database,
    clock,
    constraints: definition.constraints ?? {},
    onStored: (events) => {
      if (relay.isActive) relay.wake()
      else changes.wakeRelay()
      for (const event of events) changes.notify(event.streamId)
    },
    onConflict: () => metrics.flushConflict(name),
    timeFlush: async (run) => {
      const started = performance.now()
      return tracing.span('flush', { kind: 'internal' }, run).finally(() => {
        metrics.flushed(name, (performance.now() - started) / 1000)
      })
    },
  })
  const composition = await definition.compose(kernelOf(definition, host, { log, clock, database, changes, units, clients }))
  const readers = createReaders({ context: name, consumers: composition.consumers ?? [], database, units, nats, log, tracing, metrics, clock, holder: host.holder, clients })
  await composition.start?.()
  const routes = [...composition.routes]
  const requestGate = createGate({
    context: name,
    authenticator: host.authenticator,
    authorizer: host.authorizer,
    onRefused: (call: HandlerContext, code) => metrics.rpc(call.service.typeName, call.method.name)(code),
  })
  const interceptors: Interceptor[] = [
    telemetry({ context: name, tracing, metrics, log }),
    errors({ context: name, log }),
    callScope(),
    validation(),
    rateLimiting({ database, scale: config.rateLimitScale, clockOffsetMs: () => clock.offsetMs }),
    unitsOfWork({ database, units, store: new IdempotencyStore(database), now: () => clock.now() }),
  ]
  for (const { service } of routes) metrics.declareMethods(service.typeName, service.methods.map((method) => method.name))
  const forgetPool = metrics.onCollect(() => {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = database.pool
    metrics.pool(name, { total, idle, waiting })
  })
  relay.start()
  readers.start()
  const janitor = startJanitor(database, clock, log)
  return {
    name,
    routes,
    options: { interceptors, requestGate },
    transport: localTransport({ methods: methodsOf(routes), interceptors, requestGate }),
    http: composition.http ?? {},
    clock,
    isHealthy: () => database.sql('select 1').then(() => true, () => false),
    stop: async () => {
      forgetPool()
      janitor.stop()
      await composition.stop?.()
      await readers.stop()
      await relay.stop()
      clients.close()
      await database.close()
      await tracing.shutdown()
    },
  }
}

const kernelOf = (
  definition: ContextDefinition,
  host: HostParts,
  parts: Pick<Kernel, 'log' | 'clock' | 'database' | 'changes'> & { units: Units; clients: MeshClients },
): Kernel => ({
  config: host.config,
  env: host.env,
  log: parts.log,
  clock: parts.clock,
  database: parts.database,
  changes: parts.changes,
  unit: () => currentUnit(),
  read: (run) => new UnitOfWork(parts.database, uuidv7()).run(run),
  write: (key, run) => parts.units.run({ key, handler: run }),
  client: (service) => parts.clients.client(service),
})
