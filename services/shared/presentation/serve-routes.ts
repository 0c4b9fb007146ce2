import { createConnectRouter, createMethodImplSpec } from '@connectrpc/connect'
import type { UniversalHandlerOptions } from '@connectrpc/connect/protocol'
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node'
import { longestTimerMs, type UnarySpec } from '../infrastructure/unary/unary-call.ts'
import type { HttpHandler } from './http-handler.ts'
import { endingWith, nodeHandler } from './node-handler.ts'
import type { Route } from './route.ts'
import { unaryHandlers } from './unary/unary-handler.ts'

const maxMessageBytes = 4 * 1024 * 1024

const defaults: Partial<UniversalHandlerOptions> = {
  readMaxBytes: maxMessageBytes,
  writeMaxBytes: maxMessageBytes,
  maxTimeoutMs: longestTimerMs,
  acceptCompression: [compressionGzip, compressionBrotli],
  // Below, compressing costs both ends more than the bytes that it saves.
  compressMinBytes: 4096,
}

/** The handlers of routes by path: ours for unary calls, Connect's for everything else. `draining` ends streams. */
export const serveRoutes = (
  routes: readonly Route[],
  options: Partial<UniversalHandlerOptions>,
  draining: AbortSignal,
): ReadonlyMap<string, HttpHandler> => {
  const all = { ...defaults, ...options }
  const { shutdownSignal, ...ofRouter } = all
  const router = createConnectRouter(ofRouter)
  const specs = new Map<string, UnarySpec>()
  for (const { service, implementation } of routes) {
    router.service(service, implementation)
    for (const method of service.methods) {
      const handle = implementation[method.localName]
      if (!handle || method.methodKind !== 'unary') continue
      const spec = createMethodImplSpec(method, handle.bind(implementation) as never) as unknown as UnarySpec
      specs.set(`/${service.typeName}/${method.name}`, spec)
    }
  }
  const unary = unaryHandlers(all)
  const [withServer, withStreams] = [endingWith(shutdownSignal), endingWith(draining)]
  return new Map(
    router.handlers.map((handler) => {
      const spec = specs.get(handler.requestPath)
      const byConnect = nodeHandler(handler, spec ? withServer : withStreams)
      return [handler.requestPath, spec ? unary(spec, byConnect) : byConnect]
    }),
  )
}
