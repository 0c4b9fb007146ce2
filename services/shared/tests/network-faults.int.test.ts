import { AsyncResource } from 'node:async_hooks'
import { once } from 'node:events'
import http2, { type ServerHttp2Stream } from 'node:http2'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { create, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterEach, describe, expect, test } from 'vitest'
import { clientOf } from '../infrastructure/clients/client.ts'
import { networkTransport } from '../infrastructure/clients/network-transport.ts'
import { InFlight } from '../infrastructure/in-flight.ts'
import { leanRequest, leanSession } from '../infrastructure/lean-http2.ts'
import { Upstream } from '../infrastructure/upstream/upstream.ts'
import { EchoService } from './echo-service.ts'
import { localhostTls } from './tls-fixture.ts'
import { collect, failure } from './transport/fixture.ts'

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM } = http2.constants

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const stockBind = AsyncResource.prototype.bind

const message = Buffer.from(
  toBinary(EchoService.method.read.output, create(EchoService.method.read.output, { value: 'yes' })),
)
const answered = { ':status': 200, 'content-type': 'application/proto' }
const answer = (stream: ServerHttp2Stream) => {
  stream.respond(answered)
  stream.end(message)
}

/** Missing from the types of node. */
type UsedUp = http2.ClientHttp2Session & { setNextStreamID(id: number): void }

type Answering = (stream: ServerHttp2Stream, calls: number) => void

/** A server that does with each call what it is told, and counts them. */
const listen = async (onCall: Answering, settings: http2.Settings = {}) => {
  const server = http2.createServer({ settings })
  const sessions = new Set<http2.ServerHttp2Session>()
  let calls = 0
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => {})
    session.once('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    stream.resume()
    if (String(headers[':path']).startsWith('/grpc.health.'))
      return stream.respond({ ':status': 404 }, { endStream: true })
    calls += 1
    onCall(stream, calls)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  cleanups.push(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}`, calls: () => calls, sessions }
}

/** The same, and a client of it. */
const serve = async (onCall: Answering, settings?: http2.Settings) => {
  const { url, ...server } = await listen(onCall, settings)
  const transport = networkTransport({ address: url })
  cleanups.push(() => transport.close())
  return { client: clientOf(EchoService, transport), ...server }
}

const codeOf = async (call: Promise<unknown>) => (await failure(call)).code

describe('what a server refuses', () => {
  test('unbegun is called again', async () => {
    const { client, calls } = await serve((stream, count) =>
      count < 3 ? stream.close(NGHTTP2_REFUSED_STREAM) : answer(stream),
    )
    expect((await client.read({})).value).toBe('yes')
    expect(calls()).toBe(3)
  })

  test('again and again is UNAVAILABLE', async () => {
    const { client, calls } = await serve((stream) => stream.close(NGHTTP2_REFUSED_STREAM))
    expect(await codeOf(client.read({}))).toBe(Code.Unavailable)
    expect(calls()).toBe(3)
  })

  test('because there are too many calls is RESOURCE_EXHAUSTED', async () => {
    const { client } = await serve((stream) => stream.close(NGHTTP2_ENHANCE_YOUR_CALM))
    expect(await codeOf(client.read({}))).toBe(Code.ResourceExhausted)
    expect(await codeOf(collect(client.watch({})))).toBe(Code.ResourceExhausted)
  })
})

describe('what may have been begun is called once, and is UNAVAILABLE', () => {
  const broken: Record<string, Answering> = {
    'a reset': (stream) => stream.close(NGHTTP2_INTERNAL_ERROR),
    'a reset after the headers': (stream) => {
      stream.respond({ ...answered, 'content-length': message.length })
      setImmediate(() => stream.close(NGHTTP2_INTERNAL_ERROR))
    },
    'a connection that is lost': (stream) => stream.session?.socket.destroy(),
    'an answer that is shorter than it says': (stream) => {
      stream.respond({ ...answered, 'content-length': 100 })
      stream.end(message)
    },
    'an answer that stops halfway': (stream) => {
      stream.respond({ ...answered, 'content-length': 100 })
      stream.write(message)
      setTimeout(() => stream.destroy(), 20)
    },
  }
  test.each(Object.entries(broken))('%s', async (_name, onCall) => {
    const { client, calls } = await serve(onCall)
    expect(await codeOf(client.write({}))).toBe(Code.Unavailable)
    expect(calls()).toBe(1)
  })

  test('a stream that stops before its end', async () => {
    const { client } = await serve((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/connect+proto' })
      stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]))
    })
    const heard: string[] = []
    const listen = async () => {
      for await (const { value } of client.watch({})) heard.push(value)
    }
    expect(await codeOf(listen())).toBe(Code.Unavailable)
    expect(heard).toEqual(['yes'])
  })
})

test('answers of who speaks another protocol are told by their status', async () => {
  const html = { 'content-type': 'text/html' }
  const answers = [
    [{ ':status': 503, ...html }, Code.Unavailable],
    [{ ':status': 404, ...html }, Code.Unimplemented],
    [{ ':status': 200, ...html }, Code.Unknown],
    [{ ...answered, 'content-encoding': 'gzip' }, Code.Internal],
  ] as const
  for (const [headers, code] of answers) {
    const { client } = await serve((stream) => {
      stream.respond(headers)
      stream.end('<html>')
    })
    expect(await codeOf(client.read({}))).toBe(code)
  }
})

test('more calls at once than a connection takes are spread over several', async () => {
  const waiting: ServerHttp2Stream[] = []
  const { client, sessions } = await serve(
    (stream) => {
      waiting.push(stream)
      if (waiting.length === 10) for (const one of waiting) answer(one)
    },
    { maxConcurrentStreams: 3 },
  )
  const values = await Promise.all(Array.from({ length: 10 }, () => client.read({})))
  expect(values.map(({ value }) => value)).toEqual(Array(10).fill('yes'))
  expect(sessions.size).toBeGreaterThanOrEqual(4)
})

test('a deadline passes also for who never got a connection', async () => {
  const mute = net.createServer(() => {}).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const transport = networkTransport({ address: `127.0.0.1:${(mute.address() as AddressInfo).port}` })
  cleanups.push(() => {
    transport.close()
    mute.close()
  })
  const client = clientOf(EchoService, transport)
  expect(await codeOf(client.read({}, { timeoutMs: 100 }))).toBe(Code.DeadlineExceeded)
  expect(await codeOf(client.read({}, { signal: AbortSignal.abort() }))).toBe(Code.Canceled)
})

test('a name that nobody knows is UNAVAILABLE and says so', async () => {
  const transport = networkTransport({ address: 'dns:///nobody.invalid:80' })
  cleanups.push(() => transport.close())
  const error = await failure(clientOf(EchoService, transport).read({}))
  expect(error.code).toBe(Code.Unavailable)
  expect(error.rawMessage).toContain('nobody.invalid')
})

test('TLS is spoken with the name of the address, which is checked', async () => {
  const server = http2.createSecureServer(localhostTls, () => {})
  server.on('stream', (stream, headers) => {
    stream.resume()
    if (String(headers[':path']).endsWith('/Read')) answer(stream)
    else stream.respond({ ':status': 404 }, { endStream: true })
  })
  server.on('sessionError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const before = tls.getCACertificates()
  const connect = (host: string) => {
    const transport = networkTransport({ address: `https://${host}:${port}` })
    cleanups.push(() => transport.close())
    return clientOf(EchoService, transport)
  }
  cleanups.push(() => {
    tls.setDefaultCACertificates(before)
    server.close()
  })
  expect(await codeOf(connect('localhost').read({}))).toBe(Code.Unavailable)
  tls.setDefaultCACertificates([...before, localhostTls.cert])
  expect((await connect('localhost').read({})).value).toBe('yes')
  expect((await connect('127.0.0.1').read({})).value).toBe('yes')
})

describe('sessions of node:http2', () => {
  const pair = async (onSession: (session: http2.ServerHttp2Session) => void) => {
    const server = http2.createServer()
    server.on('session', onSession).on('stream', answer)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    cleanups.push(() => {
      session.destroy()
      server.close()
    })
    return session
  }

  /** Where node keeps a session's streams. */
  const tableOf = (session: http2.Http2Session) => {
    const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state') as symbol
    return (session as unknown as Record<symbol, { streams: unknown }>)[key]?.streams
  }

  const ask = async (session: http2.ClientHttp2Session) => {
    const stream = leanRequest(session, { ':method': 'POST' }, true)
    const chunks: Buffer[] = await stream.toArray()
    return Buffer.concat(chunks).equals(message)
  }

  test('take another table for their streams', async () => {
    const taken: boolean[] = []
    const session = await pair((one) => taken.push(leanSession(one)))
    expect(leanSession(session)).toBe(true)
    await once(session, 'remoteSettings')
    expect(await Promise.all(Array.from({ length: 100 }, () => ask(session)))).toEqual(Array(100).fill(true))
    expect(taken).toEqual([true])
    expect(tableOf(session)).toBeInstanceOf(InFlight)
  })

  test('are left as they are once they have streams', async () => {
    const session = await pair(() => {})
    await once(session, 'remoteSettings')
    const stream = session.request({ ':method': 'POST' })
    expect(leanSession(session)).toBe(false)
    stream.end()
    await once(stream.resume(), 'close')
  })

  test('leave functions that others bind as they were', async () => {
    const session = await pair(() => {})
    await once(session, 'remoteSettings')
    expect(await ask(session)).toBe(true)
    expect(AsyncResource.prototype.bind).toBe(stockBind)
    expect(() => leanRequest(session, { ':method': 'POST', connection: 'close' }, true)).toThrow()
    expect(AsyncResource.prototype.bind).toBe(stockBind)
  })

  test('that have used up their ids give way to the next', async () => {
    const sessions: UsedUp[] = []
    const { url } = await listen(answer)
    const options = {
      connectTimeoutMs: 1000,
      health: () => () => {},
      pingIntervalMs: 60_000,
      pingTimeoutMs: 60_000,
      circuit: { threshold: 1, openMs: 1, maxOpenMs: 1 },
    }
    const upstream = new Upstream(url, new URL(url).host, options, () => {})
    cleanups.push(() => upstream.destroy())
    const open = async () => {
      const stream = await upstream.open({ ':method': 'POST' }, true)
      sessions.push(stream.session as UsedUp)
      return Buffer.concat(await stream.toArray()).equals(message)
    }
    expect(await open()).toBe(true)
    sessions[0]?.setNextStreamID(2 ** 31 - 1)
    expect([await open(), await open(), await open()]).toEqual([true, true, true])
    expect(new Set(sessions).size).toBe(2)
  })
})

test('an error of the wire says what the server said', async () => {
  const { client } = await serve((stream) => {
    stream.respond({ ':status': 400, 'content-type': 'application/json', 'trailer-x-after': 'all' })
    stream.end(JSON.stringify({ code: 'failed_precondition', message: 'no' }))
  })
  const error = await failure(client.read({}))
  expect([error.code, error.rawMessage, error.metadata.get('x-after')]).toEqual([Code.FailedPrecondition, 'no', 'all'])
  expect(ConnectError.from(error).isWireError).toBe(true)
})
