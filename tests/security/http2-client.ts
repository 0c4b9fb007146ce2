import http2, { type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'

/** What came back of one request. */
export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  trailers: IncomingHttpHeaders
  body: Buffer
  ms: number
  /** Why there is no whole answer: `timeout`, or what the connection said. */
  broken?: string
}

export interface RawRequest {
  method?: string
  path: string
  headers?: Readonly<Record<string, string | string[]>>
  body?: Uint8Array | string
  /** The answer may never end: what came within so many milliseconds of its beginning is all of it. */
  enoughMs?: number
}

/** A client that sends whatever it is told to over HTTP/2, and connects anew when it is cut off. */
export const openHttp2 = (url: string, timeoutMs: number) => {
  let session: ClientHttp2Session | undefined
  const connected = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session
    // Node counts what was not sent of refused bodies for ever; its own limit would end the connection.
    session = http2.connect(url, { maxSessionMemory: 1_000_000 })
    session.on('error', () => {})
    return session
  }
  const send = ({ method = 'POST', path, headers, body, enoughMs }: RawRequest): Promise<Reply> =>
    new Promise((resolve) => {
      const began = performance.now()
      const reply: Reply = { status: 0, headers: {}, trailers: {}, body: Buffer.alloc(0), ms: 0 }
      const chunks: Buffer[] = []
      const end = (broken?: string) => {
        clearTimeout(timer)
        const ms = performance.now() - began
        resolve({ ...reply, body: Buffer.concat(chunks), ms, ...(broken && { broken }) })
      }
      const stream = connected().request(
        { ':method': method, ':path': path, ...headers },
        { endStream: body === undefined },
      )
      const timer = setTimeout(() => {
        end('timeout')
        stream.close(http2.constants.NGHTTP2_CANCEL)
      }, timeoutMs)
      stream.on('response', (received) => {
        reply.status = Number(received[':status'])
        reply.headers = received
        if (enoughMs === undefined) return
        setTimeout(() => {
          end()
          stream.close(http2.constants.NGHTTP2_CANCEL)
        }, enoughMs)
      })
      stream.on('trailers', (received) => {
        reply.trailers = received
      })
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => end())
      stream.on('error', (error) => end(error.message))
      stream.on('close', () => end(`closed with code ${stream.rstCode}`))
      if (body !== undefined) stream.end(body)
    })
  return { send, close: () => session?.destroy() }
}

export type Http2Client = ReturnType<typeof openHttp2>
