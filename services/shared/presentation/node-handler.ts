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

/** Runs one rpc's handler on a request of node's server; resolves when it is answered. */
export const nodeHandler =
  (handler: UniversalHandler): HttpHandler =>
  async (given, returned) => {
    const [request, response] = asNode(given, returned)
    const call = universalRequestFromNodeRequest(request, response, undefined, createContextValues())
    const answer = async () => universalResponseToNodeResponse(await handler(call), response)
    try {
      // Connect waits for an event that responses do not have: what it says of errors counts, its end does not.
      await Promise.race([answer(), over(response)])
    } catch (error) {
      // The client has gone; there is nobody to answer.
      if (ConnectError.from(error).code !== Code.Aborted) throw error
    }
  }
