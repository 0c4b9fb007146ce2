import { Code, ConnectError, createContextValues } from '@connectrpc/connect'
import type { UniversalHandler } from '@connectrpc/connect/protocol'
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node'
import type { HttpHandler, NodeServerResponse } from './http-handler.ts'

/** Resolves when the answer is on its way, or nobody waits for it any more. */
const over = (response: NodeServerResponse) =>
  new Promise<void>((resolve) => {
    response.once('finish', resolve)
    response.once('close', resolve)
  })

/** Runs one rpc's handler on a request of node's server; resolves when it is answered. */
export const nodeHandler =
  (handler: UniversalHandler): HttpHandler =>
  async (request, response) => {
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
