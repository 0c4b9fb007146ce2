import { Code, ConnectError } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { asNode } from '#shared/presentation/node-handler.ts'
import { type HttpHandler, type Server, type ServerOptions, startServer } from '#shared/presentation/server.ts'

/** What an upstream has seen, for tests to look at. */
export interface Seen {
  calls: string[]
  headers: Record<string, string>[]
  /** Messages that the running export has been asked for. */
  produced: number
  aborted: number
  /** What /ready answers. */
  isReady: boolean
}

export interface TestUpstream {
  server: Server
  seen: Seen
}

/**
 * A service behind the proxy. GetStory answers with the id it was asked for (`hang`, `fail` and `slow` do that), and
 * ExportStory streams as many messages as its share token says (`3,hang` stays open after the third).
 */
export const startUpstream = async (
  name: string,
  options: Partial<ServerOptions> = {},
  wrap: (handler: HttpHandler) => HttpHandler = (handler) => handler,
): Promise<TestUpstream> => {
  const seen: Seen = { calls: [], headers: [], produced: 0, aborted: 0, isReady: true }
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        seen.aborted += 1
        reject(new ConnectError('aborted', Code.Canceled))
      })
    })
  const rpc = connectNodeAdapter({
    routes(router) {
      router.service(StoryService, {
        async getStory({ storyId }, context) {
          if (storyId === 'hang') await untilAborted(context.signal)
          if (storyId === 'fail') throw new ConnectError('no such story', Code.NotFound, { 'x-why': 'gone' })
          if (storyId === 'slow') await new Promise((resolve) => setTimeout(resolve, 50))
          context.responseHeader.set('x-served-by', name)
          context.responseTrailer.set('x-after', 'trailer')
          return { story: { id: storyId, authorName: name } }
        },
        createStory: ({ title, content }) => ({ story: { title, content, authorName: name } }),
        async *exportStory({ shareToken }, context) {
          const [count, after] = shareToken.split(',')
          const data = new Uint8Array(10_000)
          for (seen.produced = 0; seen.produced < Number(count); seen.produced++) {
            yield { fileName: String(seen.produced), data }
          }
          if (after === 'hang') await untilAborted(context.signal)
        },
      })
      router.service(ServerReflection, {
        async *serverReflectionInfo(requests) {
          for await (const request of requests) yield { originalRequest: request, validHost: name }
        },
      })
    },
  })
  const service = wrap((request, response) => rpc(...asNode(request, response)))
  const handler: HttpHandler = (request, response) => {
    if (request.url === '/ready') {
      response.statusCode = seen.isReady ? 200 : 503
      response.end()
      return
    }
    seen.calls.push(request.url ?? '')
    seen.headers.push(request.headers as Record<string, string>)
    return service(request, response)
  }
  const server = await startServer({ host: '127.0.0.1', port: 0, handler, log: { warn: () => {} }, ...options })
  return { server, seen }
}
