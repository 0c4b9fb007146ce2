import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Code } from '@connectrpc/connect'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { createGateway } from '../gateway/gateway.ts'
import { isMediaPath } from './shared/infrastructure/blobs/media-url.ts'
import type { ContextDefinition } from './shared/presentation/context.ts'
import { allServices } from './shared/presentation/descriptors.ts'
import { startHost } from './shared/presentation/host.ts'
import { type HttpHandler, pathOf } from './shared/presentation/http-handler.ts'
import { byPath, processRoutes } from './shared/presentation/process-routes.ts'
import { writeProtocolError } from './shared/presentation/protocol-error.ts'
import { startServer } from './shared/presentation/server.ts'
import { defaultKind } from './shared/presentation/server-limits.ts'

const drainMs = 10_000
const noticeMs = 100

export interface ProcessOptions {
  environment: Readonly<Record<string, string | undefined>>
  /** The contexts that run here. */
  definitions: readonly ContextDefinition[]
  /** All contexts of the mesh, wherever they run; by default those. */
  contexts?: readonly string[]
  /** For a gateway, the names of all contexts of the mesh; undefined for a process that is none. */
  gatewayTo?: readonly string[]
  /** Where spans go instead of `TROUPE_OTLP_URL`. */
  exporter?: SpanExporter
}

export interface MeshProcess {
  url: string
  /** Lets running calls finish, then stops everything. */
  stop(): Promise<void>
}

const servicesOf = (contexts: readonly string[]): string[] =>
  allServices()
    .map(({ typeName }) => typeName)
    .filter((name) => name.startsWith('troupe.') && contexts.includes(name.split('.')[1] as string))

/** Tells what holds a request open, streams and downloads: it does not count against the limit of requests in flight. */
const streamingPaths = (): ((path: string) => boolean) => {
  const paths = allServices().flatMap((service) =>
    service.methods
      .filter((method) => method.methodKind !== 'unary')
      .map((method) => `/${service.typeName}/${method.name}`),
  )
  const streaming = new Set(paths)
  return (path) => streaming.has(path) || isMediaPath(path)
}

const unknownPath: HttpHandler = (request, response) =>
  writeProtocolError(request, response, {
    code: Code.Unimplemented,
    message: `there is no ${pathOf(request)} here`,
    plainStatus: 404,
  })

/** Starts one process of the mesh: contexts, the gateway, or both, behind one port. Rejects with what hinders it. */
export const startProcess = async (options: ProcessOptions): Promise<MeshProcess> => {
  const { contexts, definitions, environment, exporter, gatewayTo } = options
  const host = await startHost(environment, definitions, {
    ...(contexts && { contexts }),
    ...(exporter && { exporter }),
  })
  const names = definitions.map(({ name }) => name)
  const answered = gatewayTo ?? names
  const routes = processRoutes(host, answered, servicesOf(answered))
  const gateway = gatewayTo && (await createGateway(host, routes, gatewayTo))
  const { config, log, metrics } = host
  const isStreaming = streamingPaths()
  const server = await startServer({
    host: config.host,
    port: config.port,
    handler: gateway?.handler ?? byPath([routes.rpc, host.handlers, routes.http], unknownPath),
    limits: {
      maxInFlight: config.maxInFlight,
      // Behind the gateway the cancels of many clients share one connection.
      ...(!gateway && { maxResetsPerSecond: 100_000 }),
    },
    kindOf: (path) => (isStreaming(path) ? 'stream' : defaultKind(path)),
    onShed: () => metrics.shed(gateway ? 'gateway' : names.join(' ')),
    log,
    ...(config.tls && {
      tls: { cert: readFileSync(config.tls.certFile, 'utf8'), key: readFileSync(config.tls.keyFile, 'utf8') },
    }),
  })
  log.info('ready', { url: server.url, contexts: names, gateway: gateway !== undefined })
  return {
    url: server.url,
    stop: async () => {
      routes.health.setAll('NOT_SERVING')
      // Whoever watches the health of this process hears of it before the watch itself ends.
      await sleep(noticeMs)
      host.drain()
      await server.drain(drainMs)
      await gateway?.close()
      await routes.close()
      await host.stop()
    },
  }
}
