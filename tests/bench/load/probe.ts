import http from 'node:http'
import http2 from 'node:http2'
import type { Target } from './target.ts'

/** One answer in full. */
interface Probed {
  status: number
  /** Undefined where the protocol has none. */
  grpcStatus: string | undefined
  body: Buffer
}

const overHttp2 = ({ url, path, headers, body }: Target): Promise<Probed> =>
  new Promise((resolve, reject) => {
    const session = http2.connect(url)
    session.on('error', reject)
    const stream = session.request({ ':method': 'POST', ':path': path, ...headers })
    const chunks: Buffer[] = []
    let status = 0
    let grpcStatus: string | undefined
    const note = (received: http2.IncomingHttpHeaders) => {
      if (received['grpc-status'] !== undefined) grpcStatus = String(received['grpc-status'])
    }
    stream.on('response', (received) => {
      status = Number(received[':status'])
      note(received)
    })
    stream.on('trailers', note)
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('close', () => {
      session.close()
      resolve({ status, grpcStatus, body: Buffer.concat(chunks) })
    })
    stream.end(body)
  })

const overHttp1 = ({ url, path, headers, body }: Target): Promise<Probed> =>
  new Promise((resolve, reject) => {
    const request = http.request(new URL(path, url), { method: 'POST', headers }, async (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, grpcStatus: undefined, body: Buffer.concat(chunks) }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })

/** Sends one request and returns the whole answer. Throws when it is not OK. */
export const probe = async (target: Target): Promise<Buffer> => {
  const { status, grpcStatus, body } = await (target.protocol === 'h2' ? overHttp2(target) : overHttp1(target))
  const isGrpc = target.headers['content-type'] === 'application/grpc'
  if (status !== 200 || (isGrpc && grpcStatus !== '0')) {
    throw new Error(`${target.path} answered ${status} ${grpcStatus ?? ''}: ${body.toString('utf8', 0, 500)}`)
  }
  return body
}
