import { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { Code, ConnectError, createContextValues } from '@connectrpc/connect'
import type { UniversalHandler } from '@connectrpc/connect/protocol'
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node'
import type { HttpHandler, NodeServerRequest, NodeServerResponse } from './http-handler.ts'

type NodeRequest = Parameters<typeof universalRequestFromNodeRequest>[0]
type NodeResponse = Parameters<typeof universalResponseToNodeResponse>[1]

/** The two as node's own servers give them. */
export const asNode = (request: NodeServerRequest, response: NodeServerResponse): [NodeRequest, NodeResponse] => {
  if (!('stream' in request) || !('stream' in response)) return [request as NodeRequest, response as NodeResponse]
  const answer = new Http2ServerResponse(response.stream)
  for (const [name, value] of Object.entries(response.headers)) answer.setHeader(name, value as string)
  const asked = new Http2ServerRequest(request.stream, request.headers, {}, [])
  if (request.stream.readableEnded) asked.push(null)
  return [asked, answer]
}

/** Resolves when the answer is on its way, or nobody waits for it any more. */
const over = (response: NodeResponse) =>
  new Promise<void>((resolve) => {
    response.once('finish', resolve)
    response.once('close', resolve)
  })

/** Gives a call the signal to run under; `forget` when it is over. */
export type EndWith = (call: AbortSignal) => { signal: AbortSignal; forget(): void }

/**
 * Calls that end with a signal as well as with their own. It is listened to once for all of them: a signal looks through
 * all who listen whenever somebody else does, which ten thousand streams would pay for with each that begins.
 */
export const endingWith = (signal: AbortSignal | undefined): EndWith => {
  const running = new Set<AbortController>()
  const endAll = () => {
    for (const each of running) each.abort(signal?.reason)
  }
  signal?.addEventListener('abort', endAll, { once: true })
  return (call) => {
    const own = new AbortController()
    running.add(own)
    call.addEventListener('abort', () => own.abort(call.reason), { once: true })
    if (call.aborted) own.abort(call.reason)
    if (signal?.aborted) own.abort(signal.reason)
    return { signal: own.signal, forget: () => running.delete(own) }
  }
}

/** Runs one rpc's handler on a request of node's server; resolves when it is answered. */
export const nodeHandler =
  (handler: UniversalHandler, endWith: EndWith): HttpHandler =>
  async (given, returned) => {
    const [request, response] = asNode(given, returned)
    const call = universalRequestFromNodeRequest(request, response, undefined, createContextValues())
    const { signal, forget } = endWith(call.signal)
    const answer = async () => universalResponseToNodeResponse(await handler({ ...call, signal }), response)
    try {
      // Connect waits for an event that responses do not have: what it says of errors counts, its end does not.
      await Promise.race([answer(), over(response)])
    } catch (error) {
      // The client has gone; there is nobody to answer.
      if (ConnectError.from(error).code !== Code.Aborted) throw error
    } finally {
      forget()
    }
  }
