import { cut, isGone, type NodeServerRequest, type NodeServerResponse } from '#shared/presentation/http-handler.ts'

/**
 * Sends chunks as fast as the client takes them, and ends the response. A client that takes none for `stallMs` is cut off:
 * it only holds what it reads from.
 */
export const sendBody = async (
  request: NodeServerRequest,
  response: NodeServerResponse,
  chunks: AsyncIterable<Uint8Array>,
  stallMs: number,
): Promise<void> => {
  let wake = () => {}
  let isClosed = false
  response.on('drain', () => wake())
  response.once('close', () => {
    isClosed = true
    wake()
  })
  const taken = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => cut(request), stallMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  for await (const chunk of chunks) {
    if (isClosed || isGone(request)) return
    if (!response.write(chunk) && !isClosed && !isGone(request)) await taken()
  }
  response.end()
}
