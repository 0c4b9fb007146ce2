import http from 'node:http'
import http2 from 'node:http2'
import { answer } from '../answers.ts'
import { type Delays, delaysOf } from './delays.ts'

/** Requests that are sent over and over, as many at once as there are lanes. */
export interface Load {
  url: string
  path: string
  protocol: 'h2' | 'http1'
  headers: Record<string, string>
  /** In base64; taken in turn. */
  bodies: string[]
  /** Adds an Idempotency-Key of its own to every request. */
  isKeyed?: boolean
  /** Access tokens; taken in turn. */
  tokens?: string[]
  connections: number
  /** Requests at once on each connection. */
  streams: number
  seconds: number
}

/** What came of it. */
export interface LoadResult {
  perSecond: number
  answered: number
  /** Answers that were not OK or empty, and the first of them. */
  failed: number
  failure: string | undefined
}

type Send = (headers: Record<string, string>, body: Buffer) => Promise<string | undefined>

/** Sends over one HTTP/2 connection; resolves with what is wrong with the answer. */
const http2Sender = ({ url, path }: Load): { send: Send; close(): void } => {
  const session = http2.connect(url)
  const send: Send = (own, body) =>
    new Promise((resolve) => {
      const stream = session.request({ ':method': 'POST', ':path': path, ...own })
      let status: unknown
      // A reference that only echoes answers no gRPC.
      let isGrpc = false
      let grpcStatus: unknown
      let bytes = 0
      stream.on('response', (received) => {
        status = received[':status']
        grpcStatus = received['grpc-status']
        isGrpc = received['content-type'] === 'application/grpc'
        if (!isGrpc) return
        stream.on('trailers', (trailers) => {
          grpcStatus = trailers['grpc-status']
        })
      })
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      stream.on('error', (error) => resolve(error.message))
      stream.on('end', () => {
        const isOk = status === 200 && bytes > 0 && (!isGrpc || grpcStatus === '0')
        resolve(isOk ? undefined : `status ${status}, grpc-status ${grpcStatus}, ${bytes} bytes`)
      })
      stream.end(body)
    })
  return { send, close: () => session.destroy() }
}

const http1Sender = ({ url, path }: Load): { send: Send; close(): void } => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const target = new URL(path, url)
  const send: Send = (headers, body) =>
    new Promise((resolve) => {
      const request = http.request(target, { agent, method: 'POST', headers }, (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        response.on('end', () => {
          const isOk = response.statusCode === 200 && bytes > 0
          resolve(isOk ? undefined : `status ${response.statusCode}, ${bytes} bytes`)
        })
      })
      request.on('error', (error) => resolve(error.message))
      request.end(body)
    })
  return { send, close: () => agent.destroy() }
}

const run = async (load: Load): Promise<LoadResult> => {
  const bodies = load.bodies.map((body) => Buffer.from(body, 'base64'))
  const senders = Array.from({ length: load.connections }, () =>
    load.protocol === 'h2' ? http2Sender(load) : http1Sender(load),
  )
  let sent = 0
  let answered = 0
  let failed = 0
  let failure: string | undefined
  const mark = crypto.randomUUID()
  const began = performance.now()
  const end = began + load.seconds * 1000
  const lane = async ({ send }: { send: Send }) => {
    while (performance.now() < end) {
      const number = sent++
      const body = bodies[number % bodies.length] as Buffer
      const token = load.tokens?.[number % load.tokens.length]
      const headers = {
        ...load.headers,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(load.isKeyed && { 'idempotency-key': `${mark}-${number}` }),
      }
      const problem = await send(headers, body)
      if (problem === undefined) answered += 1
      else {
        failed += 1
        failure ??= problem
      }
    }
  }
  await Promise.all(senders.flatMap((sender) => Array.from({ length: load.streams }, () => lane(sender))))
  const seconds = (performance.now() - began) / 1000
  for (const sender of senders) sender.close()
  return { perSecond: answered / seconds, answered, failed, failure }
}

/** Asks for one answer after the other over one connection. Throws at the first that is not OK. */
const timed = async (load: Load): Promise<Delays> => {
  const bodies = load.bodies.map((body) => Buffer.from(body, 'base64'))
  const { send, close } = http2Sender(load)
  const headers = { ...load.headers, ...(load.tokens?.[0] && { authorization: `Bearer ${load.tokens[0]}` }) }
  try {
    return await delaysOf(load.seconds, async (number) => {
      const problem = await send(headers, bodies[number % bodies.length] as Buffer)
      if (problem !== undefined) throw new Error(`${load.path}: ${problem}`)
    })
  } finally {
    close()
  }
}

answer(undefined, { run, timed })
