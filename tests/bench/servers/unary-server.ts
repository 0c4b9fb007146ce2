import { loadContext } from '../../../services/contexts.ts'
import { startHost } from '../../../services/shared/presentation/host.ts'
import type { HttpHandler } from '../../../services/shared/presentation/http-handler.ts'
import { byPath } from '../../../services/shared/presentation/process-routes.ts'
import { startServer } from '../../../services/shared/presentation/server.ts'
import { answer } from '../answers.ts'
import { storyFromMemory, storyRoute } from './story-from-memory.ts'

/** Where the rpcs of this process are. */
export interface UnaryFacts {
  /** Without interceptors. */
  bare: string
  /** With all that a context's rpcs pass. */
  full: string
}

const unknown: HttpHandler = (_request, response) => {
  response.writeHead(404)
  response.end()
}

const host = await startHost(process.env, [await loadContext('identity'), storyFromMemory])

const listen = async (handlers: ReadonlyMap<string, HttpHandler>): Promise<string> => {
  const limits = { maxInFlight: host.config.maxInFlight, maxResetsPerSecond: 100_000 }
  const handler = byPath([handlers], unknown)
  const { url } = await startServer({ host: '127.0.0.1', port: 0, handler, limits, log: host.log })
  return url
}

answer({ bare: await listen(host.serve([storyRoute])), full: await listen(host.handlers) } satisfies UnaryFacts)
