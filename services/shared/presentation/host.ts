import { hostname } from 'node:os'
import { Code, ConnectError } from '@connectrpc/connect'
import type { UniversalHandlerOptions } from '@connectrpc/connect/protocol'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { askingKeyAuthenticator, keysOrTokens } from '../infrastructure/api-keys.ts'
import { type Authenticator, createAuthenticator } from '../infrastructure/authenticator.ts'
import { askingAuthorizer } from '../infrastructure/authorizer.ts'
import { startTidying } from '../infrastructure/blobs/blob-janitor.ts'
import type { BlobStore } from '../infrastructure/blobs/blobs.ts'
import { createMediaUrls, type MediaUrls } from '../infrastructure/blobs/media-url.ts'
import { openBlobs } from '../infrastructure/blobs/open-blobs.ts'
import { actorOf, currentCall } from '../infrastructure/call-context.ts'
import { clientOf } from '../infrastructure/clients/client.ts'
import { firstOf } from '../infrastructure/clients/first-of.ts'
import { createMeshClients } from '../infrastructure/clients/mesh-clients.ts'
import { networkTransport } from '../infrastructure/clients/network-transport.ts'
import { resilient } from '../infrastructure/clients/resilience.ts'
import { EnvReader, type MeshConfig, readConfig } from '../infrastructure/config.ts'
import { hearOfEnds, refusingEnded } from '../infrastructure/ended-sessions.ts'
import { machineClock } from '../infrastructure/mesh-clock.ts'
import { connectNats, type Nats } from '../infrastructure/nats.ts'
import { createPrograms } from '../infrastructure/programs/run-programs.ts'
import { createServiceTokens } from '../infrastructure/service-token.ts'
import { createLogger, type Logger } from '../infrastructure/telemetry/logger.ts'
import { createMetrics, type Metrics } from '../infrastructure/telemetry/metrics.ts'
import { otlpExporter } from '../infrastructure/telemetry/trace-exporter.ts'
import { startTracing } from '../infrastructure/telemetry/tracing.ts'
import { shareWriterBuffer } from '../infrastructure/writer-buffer.ts'
import type { ContextDefinition } from './context.ts'
import { readDescriptors } from './descriptors.ts'
import type { HttpHandler } from './http-handler.ts'
import type { HostParts } from './kernel.ts'
import type { Route } from './route.ts'
import { type RunningContext, startContext } from './running-context.ts'
import { serveRoutes } from './serve-routes.ts'

// A process that has just started, on a busy machine, takes a second to answer its first question.
const decideWithinMs = 2000

/** The contexts of one process at work, and what its server answers with. */
export interface Host {
  config: MeshConfig
  log: Logger
  metrics: Metrics
  nats: Nats
  blobs: BlobStore
  mediaUrls: MediaUrls
  /** The mesh's time, as far as this process knows it: that of the machine where it hosts no context. */
  now(): Date
  contexts: readonly RunningContext[]
  authenticator: Authenticator
  /** The handlers of the given routes by path; the options are those of the process, not of a context. */
  serve(routes: readonly Route[], options?: Partial<UniversalHandlerOptions>): ReadonlyMap<string, HttpHandler>
  /** The handlers of all contexts' rpcs by path. */
  handlers: ReadonlyMap<string, HttpHandler>
  clientsFor: HostParts['clientsFor']
  authorizer: HostParts['authorizer']
  tracingFor: HostParts['tracingFor']
  /** Ends streams, which would go on for as long as their clients listen; other calls finish. */
  drain(): void
  /** Stops contexts, bus and telemetry. */
  stop(): Promise<void>
}

const logContext = () => {
  const call = currentCall()
  return call && { correlationId: call.correlationId, userId: actorOf(call.principal) || undefined }
}

/**
 * Starts contexts in this process; `contexts` are all of the mesh, by default those. Throws ConfigError naming every
 * missing or bad setting.
 */
export const startHost = async (
  environment: Readonly<Record<string, string | undefined>>,
  definitions: readonly ContextDefinition[],
  options: { contexts?: readonly string[]; exporter?: SpanExporter } = {},
): Promise<Host> => {
  shareWriterBuffer()
  const config = readConfig(environment)
  const env = new EnvReader(environment)
  const logFor = (service: string) => createLogger({ service, level: config.logLevel, context: logContext })
  const log = logFor('mesh')
  const metrics = createMetrics({ onCollectError: (error) => log.warn('metrics incomplete', { error }) })
  const exporter = options.exporter ?? (config.otlpUrl ? otlpExporter(config.otlpUrl) : undefined)
  const nats = await connectNats(config.natsUrls, `troupe ${definitions.map(({ name }) => name).join(' ')}`, log)
  const blobs = openBlobs(config.blobs.place)
  const mediaUrls = createMediaUrls(config.masterKey)
  const running = new Map<string, RunningContext>()
  const shutdown = new AbortController()
  const draining = new AbortController()
  const now = () => [...running.values()][0]?.clock.now() ?? machineClock.now()
  const local = (context: string) => running.get(context)?.transport

  const hosted = new Set(definitions.map(({ name }) => name))
  // By its address a context of this process would answer only once all of them have started.
  const urlOf = (context: string) => (hosted.has(context) ? undefined : config.contextUrl(context))
  const identityUrl = urlOf('identity')
  const remoteIdentity = identityUrl ? networkTransport({ address: identityUrl }) : undefined
  const toIdentity = remoteIdentity && resilient(remoteIdentity, { target: 'identity' })
  // Without a token: these are the calls that tokens come from.
  const identity = clientOf(
    IdentityService,
    firstOf(() => local('identity') ?? toIdentity),
  )
  const tokens = createAuthenticator({
    fetchKeys: async () => (await identity.getJwks({})).jwks,
    now,
  })

  const clientsFor: HostParts['clientsFor'] = (context, tracing) =>
    createMeshClients({
      self: context,
      local,
      urlOf,
      tokens: createServiceTokens({ context, secret: config.serviceSecret, identity }),
      tracing,
    })

  const tracingFor: HostParts['tracingFor'] = (service) =>
    startTracing({ service, sampleRatio: config.traceRatio, exporter })
  const deciding = tracingFor('mesh')
  const deciders = clientsFor('mesh', deciding)
  const access = deciders.client(AccessService)
  const authorizer = askingAuthorizer(async (questions) => {
    const checks = questions.map(({ userId, permission }) => {
      const [resource = '', action = ''] = permission.split(':')
      return { userId, resource, action }
    })
    return (await access.batchCheckAccess({ checks }, { timeoutMs: decideWithinMs })).allowed
  }, log)
  const keys = deciders.client(IdentityService)
  const askedKeys = askingKeyAuthenticator(
    async (digest) => (await keys.authenticateApiKey(digest, { timeoutMs: decideWithinMs })).holder,
    log,
  )
  const ended = hearOfEnds(nats, log)
  const authenticator = refusingEnded(keysOrTokens(askedKeys, tokens), ended)

  const parts: HostParts = {
    config,
    contexts: options.contexts ?? definitions.map(({ name }) => name),
    env,
    nats,
    blobs,
    mediaUrls,
    programs: createPrograms(config.programs),
    metrics,
    holder: `${hostname()}:${process.pid}`,
    logFor,
    tracingFor,
    clientsFor,
    authenticator,
    authorizer,
  }
  const serve: Host['serve'] = (routes, options = {}) =>
    serveRoutes(routes, { shutdownSignal: shutdown.signal, ...options }, draining.signal)
  const descriptors = readDescriptors()
  const started = await Promise.all(
    definitions.map(async (definition) => {
      const context = await startContext(definition, parts, descriptors)
      running.set(context.name, context)
      return context
    }),
  )
  env.done()
  const tidying = startTidying(blobs, { ...config.blobs, log })
  for (const context of started) context.run()
  return {
    config,
    log,
    metrics,
    nats,
    blobs,
    mediaUrls,
    now,
    contexts: started,
    authenticator,
    serve,
    handlers: new Map(started.flatMap((context) => [...serve(context.routes, context.options)])),
    clientsFor,
    authorizer,
    tracingFor,
    drain: () => draining.abort(new ConnectError('the server is shutting down', Code.Unavailable)),
    stop: async () => {
      shutdown.abort(new ConnectError('the server is shutting down', Code.Unavailable))
      await Promise.all(started.map((context) => context.stop()))
      await tidying.stop()
      ended.stop()
      deciders.close()
      await deciding.shutdown()
      remoteIdentity?.close()
      await nats.close()
      await exporter?.shutdown()
    },
  }
}
