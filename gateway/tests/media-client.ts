import http, { type IncomingHttpHeaders } from 'node:http'
import http2 from 'node:http2'
import type { Readable } from 'node:stream'

export interface MediaReply {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface MediaRequest {
  method?: string
  headers?: Record<string, string>
}

/** What has begun to come: its status and headers, and a body that comes as fast as it is read. */
export interface OpenReply extends Omit<MediaReply, 'body'> {
  body: Readable
  /** Leaves without reading on. */
  leave(): void
}

const overHttp1 = (url: string, { method = 'GET', headers = {} }: MediaRequest): Promise<OpenReply> =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const leave = () => request.destroy()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response, leave })
    })
    request.on('error', reject)
    request.end()
  })

const overHttp2 = (url: string, { method = 'GET', headers = {} }: MediaRequest): Promise<OpenReply> =>
  new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(url)
    const session = http2.connect(origin)
    session.on('error', reject)
    const stream = session.request({ ':method': method, ':path': pathname + search, ...headers })
    stream.on('error', reject)
    stream.on('close', () => session.close())
    stream.on('response', (fields) => {
      const leave = () => session.destroy()
      resolve({ status: fields[':status'] ?? 0, headers: fields as IncomingHttpHeaders, body: stream, leave })
    })
  })

/** The two ways to a gateway. */
export const protocols = { 'HTTP/1.1': overHttp1, 'HTTP/2': overHttp2 }

/** Reads a reply to its end; rejects when it breaks off before. */
export const whole = async ({ status, headers, body }: OpenReply): Promise<MediaReply> => ({
  status,
  headers,
  body: Buffer.concat(await body.toArray()),
})
