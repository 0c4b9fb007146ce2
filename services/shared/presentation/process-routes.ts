import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { readDescriptors } from './descriptors.ts'
import { createGate } from './gate.ts'
import { Health, healthRoute } from './health.ts'
import { healthReport } from './health-report.ts'
import type { Host } from './host.ts'
import { type HttpHandler, pathOf } from './http-handler.ts'
import { callScope, errors, telemetry, validation } from './interceptors.ts'
import { meshFanOut } from './mesh/fan-out.ts'
import { reflectionServices } from './reflection.ts'
import { route } from './route.ts'

/** The version of the platform, as `/health` tells it. */
const version = '0.1.0'

/** What a process answers besides its contexts' rpcs. */
export interface ProcessRoutes {
  rpc: ReadonlyMap<string, HttpHandler>
  http: ReadonlyMap<string, HttpHandler>
  health: Health
  close(): Promise<void>
}

const json =
  (body: unknown, status = 200, type = 'application/json'): HttpHandler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/**
 * Health, reflection and the operators' service for the given contexts, `/health`, `/ready` and `/metrics`.
 * `services` are the names that reflection lists.
 */
export const processRoutes = (host: Host, contexts: readonly string[], services: readonly string[]): ProcessRoutes => {
  const { log, metrics } = host
  const health = new Health()
  const tracing = host.tracingFor('mesh')
  const gate = createGate({
    context: 'mesh',
    authenticator: host.authenticator,
    authorizer: host.authorizer,
    log,
    onRefused: ({ service, method }, code) => metrics.rpc(service.typeName, method.name)(code),
  })
  const interceptors = [
    telemetry({ context: 'mesh', tracing, metrics, log }),
    errors({ context: 'mesh', log }),
    callScope(),
    validation(),
  ]
  const clients = host.clientsFor('mesh', tracing)
  const fanOut = route(
    MeshService,
    meshFanOut({ contexts, clientAt: (context) => clients.clientAt(context, MeshService) }),
  )
  const listed = [...services, MeshService.typeName, 'grpc.health.v1.Health']
  const routes = [fanOut, healthRoute(health, services), ...reflectionServices(readDescriptors(), listed)]
  for (const { service } of routes)
    metrics.declareMethods(
      service.typeName,
      service.methods.map(({ name }) => name),
    )
  for (const service of services) health.set(service, 'SERVING')
  health.set('', 'SERVING')

  const report: HttpHandler = async (request, response) => {
    const checks = {
      ...(host.contexts.length > 0 && {
        database: async () => ((await allHealthy(host)) ? 'healthy' : 'unhealthy') as 'healthy' | 'unhealthy',
      }),
      eventBus: async () => (host.nats.isConnected() ? 'healthy' : 'unhealthy') as 'healthy' | 'unhealthy',
    }
    const onFailure = (dependency: string, reason: unknown) => log.warn('health check failed', { dependency, reason })
    const found = await healthReport(checks, { version, onFailure })
    json(found, found.status === 'unhealthy' ? 503 : 200)(request, response)
  }
  const ready: HttpHandler = async (request, response) => {
    const isReady = health.status('') === 'SERVING' && (await allHealthy(host))
    json({ ready: isReady }, isReady ? 200 : 503)(request, response)
  }
  const render: HttpHandler = async (request, response) =>
    json(await metrics.render(), 200, metrics.contentType)(request, response)
  return {
    rpc: host.serve(routes, { interceptors, requestGate: gate }),
    http: new Map<string, HttpHandler>([
      ['/health', report],
      ['/ready', ready],
      ['/metrics', render],
      ...host.contexts.flatMap((context) => Object.entries(context.http)),
    ]),
    health,
    close: async () => {
      clients.close()
      await tracing.shutdown()
    },
  }
}

const allHealthy = async (host: Host): Promise<boolean> =>
  (await Promise.all(host.contexts.map((context) => context.isHealthy()))).every(Boolean)

/** Routes by exact path; `otherwise` answers the rest. */
export const byPath =
  (tables: readonly ReadonlyMap<string, HttpHandler>[], otherwise: HttpHandler): HttpHandler =>
  (request, response) => {
    const path = pathOf(request)
    for (const table of tables) {
      const handler = table.get(path)
      if (handler) return handler(request, response)
    }
    return otherwise(request, response)
  }
