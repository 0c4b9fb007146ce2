import { once } from 'node:events'
import http2, { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import net from 'node:net'
import { afterEach } from 'vitest'
import { type HttpHandler, type Server, type ServerOptions, startServer } from '#shared/presentation/server.ts'

export const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

export const start = async (handler: HttpHandler, options: Partial<ServerOptions> = {}) => {
  const warnings: string[] = []
  const log = { warn: (message: string) => warnings.push(message) }
  const server = await startServer({ host: '127.0.0.1', port: 0, handler, log, ...options })
  cleanups.push(() => server.close())
  return { server, warnings }
}

export const connect = (server: Server): ClientHttp2Session => {
  const session = http2.connect(server.url)
  session.on('error', () => {})
  cleanups.push(() => session.destroy())
  return session
}

export const call = (session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Buffer) =>
  new Promise<{ status: number; headers: http2.IncomingHttpHeaders; body: Buffer; resetCode: number }>((resolve) => {
    const stream = session.request({ ':method': body === undefined ? 'GET' : 'POST', ...headers })
    const chunks: Buffer[] = []
    let received: http2.IncomingHttpHeaders = {}
    stream.on('response', (head) => {
      received = head
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
    stream.once('close', () =>
      resolve({
        status: Number(received[':status'] ?? 0),
        headers: received,
        body: Buffer.concat(chunks),
        resetCode: stream.rstCode ?? 0,
      }),
    )
    if (body !== undefined) stream.end(body)
  })

export const rawSocket = async (server: Server) => {
  const socket = net.connect(server.port, '127.0.0.1')
  cleanups.push(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

export const version: HttpHandler = (request, response) => void response.end(`HTTP/${request.httpVersion}`)

export const length: HttpHandler = async (request, response) => {
  let bytes = 0
  for await (const chunk of request) bytes += (chunk as Buffer).length
  response.end(String(bytes))
}
