import { readFileSync } from 'node:fs'
import type { DescMethod } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { Code } from '@connectrpc/connect'
import { DomainError } from '#shared/domain/errors.ts'
import type { Authenticator } from '#shared/infrastructure/authenticator.ts'
import { isMediaPath } from '#shared/infrastructure/blobs/media-url.ts'
import { contextOf } from '#shared/infrastructure/event-codec.ts'
import type { Tracing } from '#shared/infrastructure/telemetry/tracing.ts'
import type { UpstreamPool } from '#shared/infrastructure/upstream/upstreams.ts'
import { defaultDeadlineOf } from '#shared/presentation/access-rules.ts'
import { readDescriptors } from '#shared/presentation/descriptors.ts'
import type { Host } from '#shared/presentation/host.ts'
import { type HttpHandler, pathOf } from '#shared/presentation/http-handler.ts'
import { byPath, type ProcessRoutes } from '#shared/presentation/process-routes.ts'
import { writeProtocolError } from '#shared/presentation/protocol-error.ts'
import { defaultLimits } from '#shared/presentation/server-limits.ts'
import { edge } from './edge.ts'
import { media } from './media.ts'
import { proxy } from './proxy.ts'
import { openUpstreamPool } from './upstream-pool.ts'
import { webPages } from './web.ts'

/** Plain HTTP paths that a context answers. */
const contextPaths: Readonly<Record<string, string>> = {
  '/.well-known/jwks.json': 'identity',
  '/unsubscribe': 'notification',
  '/dev/mailbox': 'notification',
  '/webhooks/payments/sandbox': 'payment',
  '/webhooks/payments/stripe': 'payment',
  '/webhooks/sendgrid': 'notification',
  '/webhooks/mailgun': 'notification',
  '/webhooks/twilio': 'notification',
  '/webhooks/messagebird': 'notification',
}

/** The root of what the mesh does for a request, or a part of the caller's own trace. */
const traced =
  (tracing: Tracing) =>
  (next: HttpHandler): HttpHandler =>
  (request, response) => {
    const sent = request.headers.traceparent
    const parent = typeof sent === 'string' ? sent : undefined
    const path = pathOf(request)
    return tracing.span(`gateway ${isMediaPath(path) ? '/media' : path}`, { kind: 'server', parent }, async () => {
      const own = tracing.traceparent()
      if (own) request.headers.traceparent = own
      await next(request, response)
    })
  }

/** Refuses a token that is not valid before anything is routed; who may do what is decided where the rpc runs. */
const edgeAuthentication =
  (authenticator: Authenticator) =>
  (next: HttpHandler): HttpHandler =>
  async (request, response) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ', 2)
    if (scheme?.toLowerCase() !== 'bearer' || !token) return next(request, response)
    try {
      await authenticator.verify(token)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      const code = error.kind === 'unavailable' ? Code.Unavailable : Code.Unauthenticated
      return writeProtocolError(request, response, { code, message: error.message, reason: error.reason })
    }
    return next(request, response)
  }

const upstreamPools = async (host: Host, contexts: readonly string[]): Promise<ReadonlyMap<string, UpstreamPool>> => {
  const hosted = new Set(host.contexts.map(({ name }) => name))
  const remote = contexts.filter((context) => !hosted.has(context))
  const pools = remote.map(async (context) => {
    const url = host.config.contextUrl(context)
    if (!url)
      throw new Error(`the gateway needs TROUPE_${context.toUpperCase()}_URL: context ${context} is not hosted here`)
    return [context, await openUpstreamPool(url, { log: host.log })] as const
  })
  return new Map(await Promise.all(pools))
}

const contextOfPath = (path: string): string => contextPaths[path] ?? contextOf(path.slice(1))

const openApi: HttpHandler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(readFileSync(new URL('../gen/openapi.json', import.meta.url)))
}

/** The single entry for clients: what every request passes, and where it goes. */
export const createGateway = async (
  host: Host,
  routes: ProcessRoutes,
  contexts: readonly string[],
): Promise<{ handler: HttpHandler; close(): Promise<void> }> => {
  const descriptors = readDescriptors()
  const methods = new Map<string, DescMethod>()
  for (const type of descriptors) {
    if (type.kind !== 'service') continue
    for (const method of type.methods) methods.set(`/${type.typeName}/${method.name}`, method)
  }
  const pools = await upstreamPools(host, contexts)
  const isUpload = (path: string) =>
    ['client_streaming', 'bidi_streaming'].includes(methods.get(path)?.methodKind ?? '')
  const upstream = proxy(
    (path) => (methods.has(path) || contextPaths[path] ? pools.get(contextOfPath(path)) : undefined),
    {
      isUpload,
      defaultTimeoutMs: (path) => {
        const method = methods.get(path)
        return method && defaultDeadlineOf(method)
      },
      isSafe: (path) => methods.get(path)?.idempotency === Level.NO_SIDE_EFFECTS,
      log: host.log,
    },
  )
  const notFound: HttpHandler = (request, response) => {
    if (methods.has(pathOf(request)) || contextPaths[pathOf(request)]) return upstream(request, response)
    return writeProtocolError(request, response, {
      code: Code.Unimplemented,
      message: `there is no ${pathOf(request)} here`,
      plainStatus: 404,
    })
  }
  const paths = new Map<string, HttpHandler>([['/openapi.json', openApi], ...webPages])
  const files = media({
    blobs: host.blobs,
    urls: host.mediaUrls,
    now: host.now,
    stallMs: defaultLimits.bodyTimeoutMs,
  })
  const others = byPath([routes.rpc, host.handlers, routes.http, paths], notFound)
  const routed: HttpHandler = (request, response) => (isMediaPath(pathOf(request)) ? files : others)(request, response)
  const atEdge = edge({
    trustedProxies: host.config.trustedProxies,
    origins: host.config.corsOrigins.length > 0 ? host.config.corsOrigins : '*',
    isKnownService: (service) => descriptors.getService(service) !== undefined,
    isUpload,
    flood: { perSecond: host.config.floodPerSecond, burst: 2 * host.config.floodPerSecond },
  })
  return {
    handler: atEdge(traced(host.tracingFor('gateway'))(edgeAuthentication(host.authenticator)(routed))),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}
