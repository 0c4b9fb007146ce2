import { once } from 'node:events'
import { connect } from 'node:net'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { newAccount } from './account.ts'
import { atMost, type Measurement } from './measure.ts'
import { openSessions, rawRequest } from './raw-grpc.ts'

const patienceMs = 45_000
const boundSeconds = 30

/** Seconds until the promise resolves, or infinity when that takes longer than the patience. */
const secondsUntil = async (end: Promise<unknown>): Promise<number> => {
  const began = performance.now()
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, patienceMs, 'late').unref())
  const first = await Promise.race([end, late])
  return first === 'late' ? Number.POSITIVE_INFINITY : (performance.now() - began) / 1000
}

const path = `/${StoryService.typeName}/${StoryService.method.createStory.name}`

/** Sends the beginning of an HTTP/1.1 request, then one byte a second or nothing; resolves when it is cut or answered. */
const slowHttp1 = (url: string, beginning: string, byteEverySecond: boolean): Promise<unknown> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // its close says it all
  socket.write(beginning)
  const timer = byteEverySecond ? setInterval(() => socket.write('x'), 1000) : undefined
  socket.resume()
  return Promise.race([once(socket, 'close'), once(socket, 'end')]).finally(() => {
    clearInterval(timer)
    socket.destroy()
  })
}

/** The same on a stream of HTTP/2. */
const slowHttp2 = async (url: string, token: string, byteEverySecond: boolean): Promise<unknown> => {
  const [session] = await openSessions(url, 1)
  if (!session) throw new Error('no connection')
  const { authorization } = rawRequest(StoryService.method.createStory, { title: 'Slow' }, token)
  const headers = {
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization,
  }
  const stream = session.request(headers)
  stream.on('error', () => {})
  stream.write(Buffer.from([0, 0, 0, 0, 200, 10]))
  const timer = byteEverySecond ? setInterval(() => stream.writable && stream.write('x'), 1000) : undefined
  stream.resume()
  return once(stream, 'close').finally(() => {
    clearInterval(timer)
    session.destroy()
  })
}

/** Clients that send next to nothing are cut, however they go about it. */
export const slowClients: Measurement = async ({ mesh }) => {
  const { url } = mesh
  const { token, close } = await newAccount(mesh)
  close()
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\n`
  const half = `${head}content-length: 4000\r\n\r\n{"title":"`
  const cases = {
    'headers, one byte a second': slowHttp1(url, head, true),
    'a body of HTTP/1.1, half sent': slowHttp1(url, half, false),
    'a body of HTTP/1.1, one byte a second': slowHttp1(url, half, true),
    'a body of HTTP/2, half sent': slowHttp2(url, token, false),
    'a body of HTTP/2, one byte a second': slowHttp2(url, token, true),
  }
  return Promise.all(
    Object.entries(cases).map(async ([what, cut]) =>
      atMost('slow clients', `${what}: cut after`, await secondsUntil(cut), boundSeconds, ' s'),
    ),
  )
}
