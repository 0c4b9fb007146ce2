import { once } from 'node:events'
import http from 'node:http'
import http2, { type ClientHttp2Session } from 'node:http2'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../../presentation/server.ts'

/** Bytes to send, milliseconds or something else to wait for, the end of the body, or leaving. */
export type Step = Uint8Array | number | (() => Promise<unknown>) | 'end' | 'leave' | { reset: number }

export interface Sent {
  http: 1 | 2
  method: string
  path: string
  headers: Record<string, string | string[]>
  /** The body ends after the last step, unless it has ended before. */
  body: readonly Step[]
}

/** An answer as it came over the wire. */
export interface Raw {
  status: number
  headers: Record<string, string | string[] | undefined>
  trailers: Record<string, string | string[] | undefined>
  body: Buffer
  /** How the answer ended, if not well: a code of HTTP/2, or node's name for it. */
  cut?: number | string
}

export interface RawClient {
  send(sent: Sent): Promise<Raw>
  close(): void
}

const longest = 10_000

/** What is thrown where a server says nothing, or not all, for longer than anything here takes. */
export const overdue = (what: string): Error => new Error(`${what} had not ended after ${longest / 1000} s`)

/** Runs `late` unless what is returned is called in time. */
export const deadline = (late: () => void): (() => void) => {
  const timer = setTimeout(late, longest)
  return () => clearTimeout(timer)
}

interface Way {
  write(bytes: Uint8Array): unknown
  end(): unknown
  leave(code: number): unknown
}

/** Goes through the steps of a body; an answer that ends the exchange early ends this too. */
const play = async (body: readonly Step[], way: Way, isOver: () => boolean): Promise<void> => {
  for (const step of body) {
    if (isOver()) return
    if (step instanceof Uint8Array) way.write(step)
    else if (typeof step === 'number') await sleep(step)
    else if (typeof step === 'function') await step()
    else if (step === 'end') way.end()
    else return void way.leave(step === 'leave' ? 8 : step.reset)
  }
  if (!isOver()) way.end()
}

const overHttp2 = (session: ClientHttp2Session, { method, path, headers, body }: Sent): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const endStream = body.length === 0
    const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream })
    const raw: Raw = { status: 0, headers: {}, trailers: {}, body: Buffer.alloc(0) }
    const chunks: Buffer[] = []
    let isOver = false
    const inTime = deadline(() => {
      isOver = true
      const state = stream.pending ? ', still waiting for its session' : `, answered ${raw.status} so far`
      // Not only the stream: one that waits for its session never closes, nor do those that come after it.
      session.destroy(undefined, http2.constants.NGHTTP2_CANCEL)
      reject(overdue(`${method} ${path} over HTTP/2${state},`))
    })
    stream.on('response', ({ ':status': status, ...rest }) => Object.assign(raw, { status, headers: { ...rest } }))
    stream.on('trailers', (trailers) => Object.assign(raw, { trailers: { ...trailers } }))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
    stream.once('end', () => {
      isOver = true
      if (!stream.writableEnded) stream.end()
    })
    stream.once('close', () => {
      isOver = true
      inTime()
      raw.body = Buffer.concat(chunks)
      if (stream.rstCode) raw.cut ??= stream.rstCode
      resolve(raw)
    })
    if (endStream) return
    const way = {
      write: (b: Uint8Array) => stream.write(b),
      end: () => stream.end(),
      leave: (c: number) => stream.close(c),
    }
    void play(body, way, () => isOver)
  })

const overHttp1 = (port: number, agent: http.Agent, { method, path, headers, body }: Sent): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const raw: Raw = { status: 0, headers: {}, trailers: {}, body: Buffer.alloc(0) }
    const request = http.request({
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers,
      setHost: !('host' in headers),
    })
    let isOver = false
    const finish = (more: Partial<Raw> = {}) => {
      isOver = true
      inTime()
      if (!request.writableEnded) request.destroy()
      resolve(Object.assign(raw, more))
    }
    const inTime = deadline(() => {
      reject(overdue(`${method} ${path} over HTTP/1.1, answered ${raw.status} so far,`))
      finish()
      request.destroy()
    })
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      Object.assign(raw, { status: response.statusCode, headers: { ...response.headers } })
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', () => finish({ body: Buffer.concat(chunks), cut: 'closed' }))
      response.once('end', () => finish({ body: Buffer.concat(chunks), trailers: { ...response.trailers } }))
    })
    request.on('error', () => finish({ cut: 'closed' }))
    if (body.length === 0) return void request.end()
    const way = { write: (b: Uint8Array) => request.write(b), end: () => request.end(), leave: () => request.destroy() }
    void play(body, way, () => isOver)
  })

/** A client of one server that sends what it is told, right or wrong, and shows what comes back. */
export const rawClient = (server: Server): RawClient => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  let session: ClientHttp2Session | undefined
  const currentSession = () => {
    if (session && !session.destroyed && !session.closed) return session
    session = http2.connect(server.url, { settings: { enablePush: false } })
    session.on('error', () => {})
    return session
  }
  return {
    send: (sent) => (sent.http === 2 ? overHttp2(currentSession(), sent) : overHttp1(server.port, agent, sent)),
    close: () => {
      agent.destroy()
      session?.destroy()
    },
  }
}

/** A connection of one's own. */
export const connected = async (server: Server): Promise<net.Socket> => {
  const socket = net.connect(server.port, '127.0.0.1')
  const inTime = deadline(() => socket.destroy(overdue(`connecting to port ${server.port}`)))
  await once(socket, 'connect').finally(inTime)
  return socket
}

/** Sends bytes over a connection of their own and reads until the server closes it, or has said enough. */
export const overSocket = async (
  server: Server,
  text: string,
  isEnough: (answer: string) => boolean,
): Promise<string> => {
  const socket = await connected(server)
  const chunks: Buffer[] = []
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      chunks.push(chunk)
      if (isEnough(Buffer.concat(chunks).toString('latin1'))) socket.destroy()
    })
  let isLate = false
  const inTime = deadline(() => {
    isLate = true
    socket.destroy()
  })
  socket.write(text, 'latin1')
  await once(socket, 'close')
  inTime()
  const answer = Buffer.concat(chunks).toString('latin1')
  if (isLate) throw overdue(`a connection that was answered ${JSON.stringify(answer)}`)
  return answer
}
