import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { create } from '@bufbuild/protobuf'
import { createConnectRouter, type HandlerContext, type Interceptor, type ServiceImpl } from '@connectrpc/connect'
import type { UniversalHandlerOptions } from '@connectrpc/connect/protocol'
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node'
import { type HttpHandler, pathOf } from '../../presentation/http-handler.ts'
import { endingWith, nodeHandler } from '../../presentation/node-handler.ts'
import { route } from '../../presentation/route.ts'
import { serveRoutes } from '../../presentation/serve-routes.ts'
import { type Server, startServer } from '../../presentation/server.ts'
import { type Sample, SampleSchema, SampleService } from './sample-service.ts'

/** Ours, and Connect's own handlers. */
export type Path = 'lean' | 'reference'
export const paths: readonly Path[] = ['lean', 'reference']

/** Keeps what a handler has seen, as part of what a call came to. */
export type Note = (seen: unknown) => void
type Returned = Partial<Omit<Sample, '$typeName' | '$unknown'>>

/** What the server does in one case; by default it answers the message it got. */
export interface Behaviour {
  gate?: (context: HandlerContext, note: Note) => unknown
  intercept?: (note: Note) => Interceptor
  handle?: (message: Sample, context: HandlerContext, note: Note) => Returned | Promise<Returned>
}

export interface BothPaths {
  servers: Record<Path, Server>
  /** The behaviour of calls that carry the returned value in the header `x-case`. */
  behave(behaviour: Behaviour): string
  /** What handlers have noted in a case; goes on to grow while they run. */
  notesOf(path: Path, id: string): unknown[]
  /** Resolves when a server has nothing left to answer. */
  idle(path: Path): Promise<void>
  close(): Promise<void>
}

export const limits = { readMaxBytes: 4096, writeMaxBytes: 8192, maxTimeoutMs: 3_600_000 }

const byPath =
  (handlers: ReadonlyMap<string, HttpHandler>): HttpHandler =>
  (request, response) => {
    const handler = handlers.get(pathOf(request))
    if (handler) return handler(request, response)
    response.writeHead(404)
    response.end()
  }

const connectsOwn = (implementation: ServiceImpl<typeof SampleService>, options: Partial<UniversalHandlerOptions>) => {
  const router = createConnectRouter(options).service(SampleService, implementation)
  return new Map(router.handlers.map((handler) => [handler.requestPath, nodeHandler(handler, endingWith(undefined))]))
}

/** Starts one service twice, with the same gate, interceptors and limits: behind our handlers and behind Connect's. */
export const startBoth = async (given: Partial<UniversalHandlerOptions> = {}): Promise<BothPaths> => {
  const behaviours = new Map<string, Behaviour>()
  const notes = new Map<string, unknown[]>()
  const notesOf = (path: Path, id: string): unknown[] => {
    const key = `${path} ${id}`
    const list = notes.get(key) ?? []
    notes.set(key, list)
    return list
  }
  const noteFor = (path: Path, id: string): Note => {
    const list = notesOf(path, id)
    return (seen) => list.push(seen)
  }

  const start = async (path: Path) => {
    const of = (header: Headers) => {
      const id = header.get('x-case') ?? ''
      return { behaviour: behaviours.get(id) ?? {}, note: noteFor(path, id) }
    }
    const unary = (message: Sample, context: HandlerContext) => {
      const { behaviour, note } = of(context.requestHeader)
      return behaviour.handle ? behaviour.handle(message, context, note) : message
    }
    const implementation: ServiceImpl<typeof SampleService> = {
      read: unary,
      write: unary,
      async *watch(message, context) {
        yield message
        yield unary(message, context)
      },
      async collect(messages, context) {
        let last: Sample = create(SampleSchema)
        for await (const message of messages) last = message
        return unary(last, context)
      },
      async *chat(messages, context) {
        for await (const message of messages) yield unary(message, context)
      },
    }
    const options: Partial<UniversalHandlerOptions> = {
      ...limits,
      acceptCompression: [compressionGzip, compressionBrotli],
      compressMinBytes: 1024,
      requestGate: async (context) => {
        const { behaviour, note } = of(context.requestHeader)
        await behaviour.gate?.(context, note)
      },
      ...given,
      interceptors: [
        ...(given.interceptors ?? []),
        (next) => (request) => {
          const { behaviour, note } = of(request.header)
          return behaviour.intercept ? behaviour.intercept(note)(next)(request) : next(request)
        },
      ],
    }
    const handlers =
      path === 'lean'
        ? serveRoutes([route(SampleService, implementation)], options, new AbortController().signal)
        : connectsOwn(implementation, options)
    return startServer({ host: '127.0.0.1', port: 0, handler: byPath(handlers), log: { warn: () => {} } })
  }

  const servers = { lean: await start('lean'), reference: await start('reference') }
  let cases = 0
  return {
    servers,
    behave: (behaviour) => {
      cases += 1
      const id = String(cases)
      behaviours.set(id, behaviour)
      return id
    },
    notesOf,
    idle: async (path) => {
      for (let waited = 0; servers[path].inFlight() > 0; waited += 1) {
        if (waited > 5_000) throw new Error(`a call never ends on the path ${path}`)
        await (waited < 100 ? setImmediate() : sleep(1))
      }
    },
    close: async () => {
      await Promise.all(paths.map((path) => servers[path].close()))
    },
  }
}
