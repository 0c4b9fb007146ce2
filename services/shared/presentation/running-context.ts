import type { FileRegistry } from '@bufbuild/protobuf'
import {
  createMethodImplSpec,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type Transport,
} from '@connectrpc/connect'
import type { UniversalHandlerOptions } from '@connectrpc/connect/protocol'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { startOrphanSweeps } from '../infrastructure/blobs/blob-janitor.ts'
import { localTransport } from '../infrastructure/clients/local-transport.ts'
import { createReaders } from '../infrastructure/consumer/readers.ts'
import { IdempotencyStore } from '../infrastructure/idempotency.ts'
import { startJanitor } from '../infrastructure/janitor.ts'
import type { MeshClock } from '../infrastructure/mesh-clock.ts'
import { addressMarks } from '../infrastructure/network-address.ts'
import { erasureConsumer } from '../infrastructure/personal/erase-subject.ts'
import type { CallCommand } from '../infrastructure/process/parts.ts'
import { createProcessRunner, type ProcessRunner } from '../infrastructure/process/process-runner.ts'
import { assertRules } from './access-rules.ts'
import type { Composition, ContextDefinition } from './context.ts'
import { createGate } from './gate.ts'
import { callScope, errors, telemetry, validation } from './interceptors.ts'
import { type ContextParts, type HostParts, kernelOf, openContext } from './kernel.ts'
import { contextMeshService } from './mesh/context-mesh-service.ts'
import { rateLimiting } from './rate-limiting.ts'
import { type Route, route } from './route.ts'
import { unitsOfWork } from './units-of-work.ts'

/** A context at work in this process. */
export interface RunningContext {
  name: string
  routes: readonly Route[]
  /** How the router of the host's server is to call its rpcs. */
  options: Pick<UniversalHandlerOptions, 'interceptors' | 'requestGate'>
  /** The in-memory way to it, the operators' service included. */
  transport: Transport
  http: NonNullable<Composition['http']>
  clock: MeshClock
  /** Whether its database answers. */
  isHealthy(): Promise<boolean>
  /** Starts relay, consumers and processes, once the other contexts of the process can be called. */
  run(): void
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

/** The calls of a context's processes: ordinary rpcs that say which command makes them. */
const commandCalls =
  ({ clients }: ContextParts): CallCommand =>
  (method, request, { idempotencyKey, correlationId, causationId, actor, traceparent, timeoutMs, signal }) => {
    const headers = {
      'idempotency-key': idempotencyKey,
      'x-correlation-id': correlationId,
      'x-troupe-causation-id': causationId,
      ...(actor && { 'x-troupe-actor': actor }),
      ...(traceparent && { traceparent }),
    }
    return clients.unary(method, request, { headers, timeoutMs, signal })
  }

const rpcOptions = (name: string, host: HostParts, parts: ContextParts): RunningContext['options'] => {
  const { config, metrics } = host
  const { clock, database, log, tracing, units } = parts
  const requestGate = createGate({
    context: name,
    authenticator: host.authenticator,
    authorizer: host.authorizer,
    log,
    onRefused: (call: HandlerContext, code) => metrics.rpc(call.service.typeName, call.method.name)(code),
  })
  const interceptors: Interceptor[] = [
    telemetry({ context: name, tracing, metrics, log }),
    errors({ context: name, log }),
    callScope(),
    validation(),
    unitsOfWork({
      database,
      units,
      store: new IdempotencyStore(database, config.masterKey),
      now: () => clock.now(),
      limit: rateLimiting({
        database,
        scale: config.rateLimitScale,
        clockOffsetMs: () => clock.offsetMs,
        addressMark: addressMarks(config.masterKey),
      }),
    }),
  ]
  return { interceptors, requestGate }
}

const runnerOf = (
  name: string,
  processes: NonNullable<Composition['processes']>,
  host: HostParts,
  parts: ContextParts,
): ProcessRunner =>
  createProcessRunner({
    ...parts,
    context: name,
    processes,
    call: commandCalls(parts),
    onCommand: (process, outcome) => host.metrics.processCommand(name, process, outcome),
  })

/** Brings a context up: schema, composition, rpcs; it can be called when this resolves, and works after `run`. */
export const startContext = async (
  definition: ContextDefinition,
  host: HostParts,
  descriptors: FileRegistry,
): Promise<RunningContext> => {
  const { name } = definition
  const { metrics, nats } = host
  const parts = await openContext(definition, host)
  const { clock, database, log, relay, subjectKeys } = parts
  const kernel = kernelOf(host, parts)
  const composition = await definition.compose(kernel)
  const { processes = [], invariants = [], work } = composition
  const runner = processes.length > 0 ? runnerOf(name, processes, host, parts) : undefined
  const { consumers: own = [], erase = async () => [] } = composition
  const erasing = erasureConsumer({ context: name, keys: subjectKeys, clock, erase })
  const consumers = [...own, ...(runner?.consumers ?? []), erasing]
  const readers = createReaders({ ...parts, context: name, consumers, nats, metrics, holder: host.holder })
  const operators = contextMeshService({
    ...parts,
    context: name,
    nats,
    consumers,
    descriptors,
    invariants,
    dueWork: [runner, work].filter((each) => each !== undefined),
  })
  const allRoutes = [...composition.routes, route(MeshService, operators)]
  assertRules(allRoutes.map(({ service }) => service))
  await composition.start?.()
  const options = rpcOptions(name, host, parts)
  for (const { service } of allRoutes)
    metrics.declareMethods(
      service.typeName,
      service.methods.map((method) => method.name),
    )
  const forgetPool = metrics.onCollect(() => {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = database.pool
    metrics.pool(name, { total, idle, waiting })
  })
  const janitor = startJanitor({ database, clock, log }, composition.expiries ?? [])
  const sweeps = startOrphanSweeps(kernel.blobs, composition.orphans ?? [], { ...host.config.blobs, log })
  const unfollow = clock.follow((error) => log.debug('clock not read', { error }))
  return {
    name,
    routes: composition.routes,
    options,
    transport: localTransport({
      methods: methodsOf(allRoutes),
      interceptors: options.interceptors,
      ...(options.requestGate && { requestGate: options.requestGate }),
    }),
    http: composition.http ?? {},
    clock,
    isHealthy: () =>
      database.sql('select 1').then(
        () => true,
        () => false,
      ),
    run: () => {
      relay.start()
      readers.start()
      runner?.start()
      work?.start()
    },
    stop: async () => {
      forgetPool()
      await janitor.stop()
      await sweeps.stop()
      unfollow()
      await composition.stop?.()
      await work?.stop()
      await runner?.stop()
      await readers.stop()
      await relay.stop()
      parts.clients.close()
      await database.close()
      await parts.tracing.shutdown()
    },
  }
}
