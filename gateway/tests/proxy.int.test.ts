import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { encodeEnvelope } from '@connectrpc/connect/protocol'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import * as web from '@connectrpc/connect-web'
import * as grpc from '@grpc/grpc-js'
import { afterEach, describe, expect, test } from 'vitest'
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts'
import {
  ExportStoryRequestSchema,
  GetStoryRequestSchema,
  GetStoryResponseSchema,
  StoryService,
} from '#gen/troupe/story/v1/story_service_pb.ts'
import { cut } from '#shared/presentation/http-handler.ts'
import { type HttpHandler, type Server, startServer } from '#shared/presentation/server.ts'
import { EnvelopeTracker } from '../envelopes.ts'
import { type ProxyOptions, proxy } from '../proxy.ts'
import { openUpstreamPool } from '../upstream-pool.ts'
import { startUpstream, type TestUpstream } from './upstream-fixture.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const streaming = new Set([
  '/troupe.story.v1.StoryService/ExportStory',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
])
const getStoryPath = '/troupe.story.v1.StoryService/GetStory'

const upstream = async (...args: Parameters<typeof startUpstream>): Promise<TestUpstream> => {
  const started = await startUpstream(...args)
  cleanups.push(() => started.server.close())
  return started
}

const gateway = async (
  upstreams: (TestUpstream | { server: Pick<Server, 'url'> })[],
  options: Partial<ProxyOptions> = {},
  wrap: (handler: HttpHandler) => HttpHandler = (handler) => handler,
) => {
  const urls = upstreams.map(({ server }) => server.url)
  const pool = await openUpstreamPool(urls, { readyIntervalMs: 100 })
  cleanups.push(() => pool.close())
  const forward = proxy((path) => (path.startsWith('/nowhere') ? undefined : pool), {
    defaultTimeoutMs: (path) => (streaming.has(path) ? undefined : 5000),
    isSafe: (path) => path === getStoryPath,
    ...options,
  })
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handler: wrap(forward),
    log: { warn: () => {} },
  })
  cleanups.push(() => server.close())
  return { server, pool }
}

const transports: Record<string, (baseUrl: string) => Transport> = {
  'gRPC over h2': (baseUrl) => createGrpcTransport({ baseUrl }),
  'gRPC-Web over HTTP/1.1': (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
  'gRPC-Web over h2': (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '2' }),
  'Connect over HTTP/1.1': (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' }),
  'Connect over h2': (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '2' }),
  'Connect GET': (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useHttpGet: true }),
  'Connect JSON': (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '2', useBinaryFormat: false }),
  'connect-web Connect': (baseUrl) => web.createConnectTransport({ baseUrl }),
  'connect-web gRPC-Web': (baseUrl) => web.createGrpcWebTransport({ baseUrl }),
}

const failure = (promise: Promise<unknown>): Promise<ConnectError> =>
  promise.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error) => ConnectError.from(error),
  )

const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const result: T[] = []
  for await (const message of stream) result.push(message)
  return result
}

const clientOf = (server: Server, transport = 'gRPC over h2'): Client<typeof StoryService> =>
  createClient(StoryService, transports[transport]!(server.url))

describe.each(Object.keys(transports))('%s', (name) => {
  test('answers, headers, trailers, errors, streams and deadlines pass through', async () => {
    const service = await upstream('one')
    const { server } = await gateway([service])
    const client = clientOf(server, name)
    let header = new Headers()
    let trailer = new Headers()
    const { story } = await client.getStory(
      { storyId: 'some id' },
      {
        headers: { 'x-custom': 'a, b' },
        onHeader: (received) => {
          header = received
        },
        onTrailer: (received) => {
          trailer = received
        },
      },
    )
    expect(story).toMatchObject({ id: 'some id', authorName: 'one' })
    expect(header.get('x-served-by')).toBe('one')
    expect(trailer.get('x-after')).toBe('trailer')
    const seen = service.seen.headers[0]!
    expect(seen['x-custom']).toBe('a, b')
    expect(seen['grpc-timeout'] ?? seen['connect-timeout-ms']).toMatch(/^(5000m?|49\d\dm?)$/)

    const error = await failure(client.getStory({ storyId: 'fail' }))
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: 'no such story' })
    expect(error.metadata.get('x-why')).toBe('gone')

    const content = 'long '.repeat(100_000)
    expect((await client.createStory({ title: 'A title', content })).story?.content).toBe(content)

    const pieces = await collect(client.exportStory({ shareToken: '20' }))
    expect(pieces.map(({ fileName }) => fileName)).toEqual(Array.from({ length: 20 }, (_, i) => String(i)))

    const late = await failure(client.getStory({ storyId: 'hang' }, { timeoutMs: 150 }))
    expect(late.code).toBe(Code.DeadlineExceeded)
    expect(await failure(client.publishStory({}))).toMatchObject({ code: Code.Unimplemented })
  })

  test('an upstream that is lost in the middle of a call, or away, is UNAVAILABLE', async () => {
    const service = await upstream('one')
    const { server } = await gateway([service], { isSafe: () => false })
    const client = clientOf(server, name)
    const stream = client.exportStory({ shareToken: '3,hang' })[Symbol.asyncIterator]()
    for (let i = 0; i < 3; i++) expect((await stream.next()).value?.fileName).toBe(String(i))
    const hanging = failure(client.getStory({ storyId: 'hang' }))
    await expect.poll(() => service.seen.calls.length).toBe(2)
    await service.server.close()
    expect(await hanging).toMatchObject({ code: Code.Unavailable })
    expect(await failure(stream.next())).toMatchObject({
      code: Code.Unavailable,
      rawMessage: 'the connection to the service was lost',
    })
    expect(await failure(client.getStory({ storyId: 'a' }))).toMatchObject({ code: Code.Unavailable })
  })

  test('a client that cancels cancels the upstream', async () => {
    const service = await upstream('one')
    const { server } = await gateway([service])
    const client = clientOf(server, name)
    const controller = new AbortController()
    const unary = failure(client.getStory({ storyId: 'hang' }, { signal: controller.signal }))
    const stream = client.exportStory({ shareToken: '1,hang' }, { signal: controller.signal })[Symbol.asyncIterator]()
    await stream.next()
    const waiting = failure(stream.next())
    await expect.poll(() => service.seen.calls.length).toBe(2)
    controller.abort()
    expect((await unary).code).toBe(Code.Canceled)
    expect((await waiting).code).toBe(Code.Canceled)
    await expect.poll(() => service.seen.aborted).toBe(2)
    await expect.poll(() => [server.inFlight(), service.server.inFlight()]).toEqual([0, 0])
  })
})

test('a client that leaves before its request is routed costs the upstream nothing', async () => {
  const service = await upstream('one')
  let routed = 0
  const slowStep =
    (next: HttpHandler): HttpHandler =>
    async (request, response) => {
      await sleep(200)
      await next(request, response)
      routed += 1
    }
  const { server } = await gateway([service], {}, slowStep)
  for (const name of ['Connect over HTTP/1.1', 'gRPC over h2']) {
    const signal = AbortSignal.timeout(100)
    const call = collect(clientOf(server, name).exportStory({ shareToken: '0,hang' }, { signal }))
    expect(await failure(call)).toBeInstanceOf(ConnectError)
  }
  await expect.poll(() => routed).toBe(2)
  expect(service.seen.calls).toEqual([])
})

describe('grpc-js', () => {
  const connect = (server: Server) => {
    const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure())
    cleanups.push(() => client.close())
    return client
  }
  const serialize = ({ storyId }: { storyId: string }) =>
    Buffer.from(toBinary(GetStoryRequestSchema, create(GetStoryRequestSchema, { storyId })))
  const deserialize = (bytes: Buffer) => fromBinary(GetStoryResponseSchema, bytes)
  const getStory = (client: grpc.Client, storyId: string, options: grpc.CallOptions = {}) => {
    const metadata = new grpc.Metadata()
    metadata.set('x-trace-bin', Buffer.from([0, 255, 7]))
    return new Promise<string | undefined>((resolve, reject) => {
      client.makeUnaryRequest(getStoryPath, serialize, deserialize, { storyId }, metadata, options, (error, answer) =>
        error ? reject(error) : resolve(answer?.story?.id),
      )
    })
  }

  test('calls, errors and deadlines pass through', async () => {
    const service = await upstream('one')
    const { server } = await gateway([service])
    const client = connect(server)
    expect(await getStory(client, 'some id')).toBe('some id')
    expect(service.seen.headers[0]?.['x-trace-bin']).toBe(Buffer.from([0, 255, 7]).toString('base64'))
    await expect(getStory(client, 'fail')).rejects.toMatchObject({
      code: grpc.status.NOT_FOUND,
      details: 'no such story',
    })
    const deadline = Date.now() + 150
    await expect(getStory(client, 'hang', { deadline })).rejects.toMatchObject({ code: grpc.status.DEADLINE_EXCEEDED })
  })

  test('an upstream that is lost in the middle of a call is UNAVAILABLE', async () => {
    const service = await upstream('one')
    const { server } = await gateway([service], { isSafe: () => false })
    const hanging = getStory(connect(server), 'hang')
    await Promise.all([
      expect(hanging).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE }),
      expect
        .poll(() => service.seen.calls.length)
        .toBe(1)
        .then(() => service.server.close()),
    ])
  })
})

test('bidirectional streams pass both ways at once', async () => {
  const { server } = await gateway([await upstream('one')])
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: server.url }))
  let answer: () => void = () => {}
  const hosts = ['a', 'b', 'c']
  const requests = async function* () {
    for (const host of hosts) {
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      yield { host }
      await answered
    }
  }
  const echoed: (string | undefined)[] = []
  for await (const { originalRequest } of client.serverReflectionInfo(requests())) {
    echoed.push(originalRequest?.host)
    answer()
  }
  expect(echoed).toEqual(hosts)
})

test('bodies are passed byte for byte, whatever their encoding', async () => {
  const bodies: Buffer[] = []
  const service = await upstream('echo', {}, () => async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    bodies.push(Buffer.concat(chunks))
    response.setHeader('content-type', request.headers['content-type'] ?? '')
    response.setHeader('content-encoding', request.headers['content-encoding'] ?? 'identity')
    response.write(Buffer.concat(chunks))
    response.addTrailers({ 'grpc-status': '0', 'x-odd-trailer': 'kept' })
    response.end()
  })
  const { server } = await gateway([service])
  // Field 777 is in no schema; the encoding is one that only the two ends need to know.
  const unknownField = Buffer.from([0xca, 0x30, 0x03, 1, 2, 3])
  const body = Buffer.concat([gzipSync(unknownField, { level: 1 }), Buffer.from('trailing garbage')])
  const headers = { 'content-type': 'application/grpc+proto', 'content-encoding': 'odd', te: 'trailers' }
  const plain = await fetch(server.url + getStoryPath, { method: 'POST', headers: { ...headers, te: '' }, body })
  expect(plain.headers.get('content-encoding')).toBe('odd')
  expect(Buffer.from(await plain.arrayBuffer())).toEqual(body)

  const session = http2.connect(server.url)
  cleanups.push(() => session.destroy())
  const stream = session.request({ ':method': 'POST', ':path': getStoryPath, ...headers })
  const trailers = once(stream, 'trailers')
  stream.end(body)
  const received: Buffer[] = []
  for await (const chunk of stream) received.push(chunk)
  expect(Buffer.concat(received)).toEqual(body)
  expect((await trailers)[0]).toMatchObject({ 'grpc-status': '0', 'x-odd-trailer': 'kept' })
  expect(bodies).toEqual([body, body])
})

test('HTTP/1.1 clients get trailers', async () => {
  const { server } = await gateway([await upstream('one')])
  const socket = net.connect(server.port, '127.0.0.1')
  cleanups.push(() => socket.destroy())
  const message = Buffer.from([0, 0, 0, 0, 0])
  socket.write(
    `POST ${getStoryPath} HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: close, x-hop\r\nx-hop: 1\r\n` +
      `content-type: application/grpc+proto\r\ncontent-length: ${message.length}\r\n\r\n`,
  )
  socket.write(message)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text).toMatch(/^HTTP\/1.1 200/)
  expect(text).toMatch(/\r\n0\r\n(.*\r\n)*grpc-status: 0\r\n/i)
})

describe.each(['HTTP/1.1', 'h2'])('a slow reader over %s', (version) => {
  test('holds the upstream back and in the end gets everything', async () => {
    const service = await upstream('one')
    const { server } = await gateway([service])
    const count = 10_000
    const path = '/troupe.story.v1.StoryService/ExportStory'
    const message = encodeEnvelope(
      0,
      toBinary(ExportStoryRequestSchema, create(ExportStoryRequestSchema, { shareToken: String(count) })),
    )
    const headers = { 'content-type': 'application/grpc-web+proto', 'content-length': message.length }

    let reader: Readable
    if (version === 'h2') {
      const session = http2.connect(server.url)
      cleanups.push(() => session.destroy())
      const stream = session.request({ ':method': 'POST', ':path': path, ...headers })
      stream.end(message)
      reader = stream
    } else {
      const request = http.request(server.url + path, { method: 'POST', headers }).end(message)
      reader = ((await once(request, 'response')) as [Readable])[0]
    }
    const first = (await once(reader, 'data')) as [Buffer]
    reader.pause()
    await expect.poll(async () => service.seen.produced === (await sleep(300, service.seen.produced))).toBe(true)
    // The kernel's socket buffers hold some megabytes; HTTP/2 has its own windows and holds less.
    expect(service.seen.produced).toBeLessThan(version === 'h2' ? 100 : 2000)

    const envelopes = new EnvelopeTracker()
    let bytes = first[0].length
    envelopes.see(first[0])
    for await (const chunk of reader as AsyncIterable<Buffer>) {
      bytes += chunk.length
      envelopes.see(chunk)
    }
    expect(bytes).toBeGreaterThan(count * 10_000)
    expect([service.seen.produced, envelopes.atBoundary]).toEqual([count, true])
  }, 60_000)
})

test('calls without a deadline get one, streams do not', async () => {
  const service = await upstream('one')
  const { server } = await gateway([service], { defaultTimeoutMs: (path) => (streaming.has(path) ? undefined : 200) })
  for (const name of Object.keys(transports)) {
    const late = await failure(clientOf(server, name).getStory({ storyId: 'hang' }))
    expect(late.code).toBe(Code.DeadlineExceeded)
  }
  const stream = clientOf(server).exportStory({ shareToken: '1,hang' })[Symbol.asyncIterator]()
  await stream.next()
  expect(await Promise.race([failure(stream.next()), sleep(600, 'open')])).toBe('open')
})

test('a deadline holds where the upstream ignores it, also in the middle of an answer', async () => {
  const service = await upstream('deaf', {}, () => async (request, response) => {
    if (request.headers['x-begin']) {
      response.setHeader('content-type', request.headers['content-type'] ?? '')
      response.write(Buffer.from([0, 0, 0, 0, 0]))
    }
  })
  const { server } = await gateway([service])
  for (const headers of [{}, { 'x-begin': '1' }]) {
    for (const name of ['gRPC over h2', 'gRPC-Web over h2', 'Connect over h2']) {
      const call = collect(clientOf(server, name).exportStory({}, { timeoutMs: 200, headers }))
      expect((await failure(call)).code).toBe(Code.DeadlineExceeded)
    }
  }
  await expect.poll(() => service.server.inFlight()).toBe(0)
})

test('safe calls and calls with an idempotency key are tried once more elsewhere', async () => {
  const dropping = await upstream('dropping', {}, () => (request) => void cut(request))
  const good = await upstream('good')
  const { server } = await gateway([dropping, good])
  const client = clientOf(server)
  for (let i = 0; i < 10; i++) expect((await client.getStory({ storyId: 'a' })).story?.authorName).toBe('good')

  const second = await gateway([dropping, good])
  const keyed = clientOf(second.server)
  for (let i = 0; i < 10; i++) {
    const { story } = await keyed.createStory({ title: 'abc' }, { headers: { 'idempotency-key': `key ${i}` } })
    expect(story?.authorName).toBe('good')
  }
})

test('calls that may have run are not repeated, nor those with a long body', async () => {
  const calls: string[] = []
  const dropping = () =>
    upstream('dropping', {}, () => async (request) => {
      calls.push(request.url ?? '')
      for await (const _ of request);
      cut(request)
    })
  const { server } = await gateway([await dropping(), await dropping()])
  const client = clientOf(server)
  expect((await failure(client.createStory({ title: 'abc' }))).code).toBe(Code.Unavailable)
  expect(calls).toHaveLength(1)
  const headers = { 'idempotency-key': 'key' }
  expect((await failure(client.createStory({ title: 'abc' }, { headers }))).code).toBe(Code.Unavailable)
  expect(calls).toHaveLength(3)
  const content = 'x'.repeat(100_000)
  expect((await failure(client.createStory({ title: 'abc', content }, { headers }))).code).toBe(Code.Unavailable)
  expect(calls).toHaveLength(4)
})

test('an address that cannot be connected to is left alone, and used again when it is back', async () => {
  const first = await upstream('first')
  const second = await upstream('second')
  const { server, pool } = await gateway([first, second], { isSafe: () => false })
  const client = clientOf(server)
  const port = first.server.port
  await first.server.close()
  for (let i = 0; i < 30; i++) expect((await client.createStory({ title: 'abc' })).story?.authorName).toBe('second')
  await upstream('first again', { port })
  const names = new Set<string | undefined>()
  await expect
    .poll(async () => names.add((await client.createStory({ title: 'abc' })).story?.authorName), { timeout: 5000 })
    .toEqual(new Set(['second', 'first again']))
  expect(pool.pick()?.isReady).toBe(true)
})

test('an address that was given up is tried all the same before a call fails', async () => {
  const first = await upstream('first')
  const second = await upstream('second')
  const circuit = { threshold: 2, openMs: 60_000, maxOpenMs: 60_000 }
  const pool = await openUpstreamPool([first.server.url, second.server.url], { readyIntervalMs: 60_000, circuit })
  cleanups.push(() => pool.close())
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handler: proxy(() => pool, { isSafe: () => true }),
    log: { warn: () => {} },
  })
  cleanups.push(() => server.close())
  const client = clientOf(server)
  const { port } = first.server
  await first.server.close()
  for (let i = 0; i < 8; i++) expect((await client.createStory({ title: 'abc' })).story?.authorName).toBe('second')
  await upstream('first again', { port })
  await second.server.close()
  expect((await client.createStory({ title: 'abc' })).story?.authorName).toBe('first again')
})

test('an address may be written in every way that the settings allow', async () => {
  const { server } = await upstream('it')
  for (const url of [`127.0.0.1:${server.port}`, `dns:///127.0.0.1:${server.port}`, `dns:localhost:${server.port}`]) {
    const { server: proxied } = await gateway([{ server: { url } }])
    expect((await clientOf(proxied).getStory({ storyId: 'a' })).story?.authorName).toBe('it')
  }
})

test('an address that is not ready gets nothing while another one is', async () => {
  const leaving = await upstream('leaving')
  const staying = await upstream('staying')
  const { server } = await gateway([leaving, staying])
  const client = clientOf(server)
  const names = async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.getStory({ storyId: 'a' })))
    return new Set(answers.map(({ story }) => story?.authorName))
  }
  expect(await names()).toEqual(new Set(['leaving', 'staying']))
  leaving.seen.isReady = false
  await sleep(400)
  expect(await names()).toEqual(new Set(['staying']))
  await staying.server.close()
  expect(await names()).toEqual(new Set(['leaving']))
})

test('an upstream drained under load fails no call', async () => {
  const upstreams = [await upstream('one'), await upstream('two')]
  const { server } = await gateway(upstreams)
  const errors: unknown[] = []
  const served: Record<string, number> = {}
  let isOver = false
  const worker = async (name: string) => {
    const client = clientOf(server, name)
    while (!isOver) {
      try {
        const { story } = await client.createStory({ title: 'abc' })
        served[story!.authorName] = (served[story!.authorName] ?? 0) + 1
      } catch (error) {
        errors.push(error)
      }
    }
  }
  const workers = ['gRPC over h2', 'Connect over HTTP/1.1', 'gRPC-Web over h2', 'Connect JSON'].flatMap((name) => [
    worker(name),
    worker(name),
    worker(name),
    worker(name),
  ])
  await sleep(700)
  await upstreams[0]!.server.drain(5000)
  const before = { ...served }
  await sleep(500)
  isOver = true
  await Promise.all(workers)
  expect(errors).toEqual([])
  expect(before.one).toBeGreaterThan(0)
  expect(served.one).toBe(before.one)
  expect(served.two).toBeGreaterThan(before.two!)
})

test('many calls side by side need more than one connection and reset no stream', async () => {
  const service = await upstream('one', { limits: { maxStreams: 20, maxResetsPerSecond: 2 } })
  const { server } = await gateway([service])
  const client = clientOf(server, 'Connect over h2')
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(Array.from({ length: 200 }, () => client.getStory({ storyId: 'slow' })))
    expect(answers.every(({ story }) => story?.id === 'slow')).toBe(true)
  }
  expect(service.seen.calls).toHaveLength(1000)
})

test('bodies beyond the limit are refused while they are being sent', async () => {
  const service = await upstream('one')
  const { server } = await gateway([service], { maxRequestBytes: 100_000 })
  const content = 'x'.repeat(2_000_000)
  for (const name of ['gRPC over h2', 'Connect over HTTP/1.1', 'connect-web gRPC-Web']) {
    const client = clientOf(server, name)
    expect((await failure(client.createStory({ title: 'abc', content }))).code).toBe(Code.ResourceExhausted)
    expect((await client.createStory({ title: 'abc', content: 'fits' })).story?.content).toBe('fits')
  }
  const uploads = await gateway([service], { maxRequestBytes: 100_000, isUpload: () => true })
  expect((await clientOf(uploads.server).createStory({ title: 'abc', content })).story?.content).toBe(content)
})

test('bodies that an upstream refuses unread cost others nothing', async () => {
  const refusing = await upstream('a', {}, (next) => (request, response) => {
    if (request.headers['x-refuse'] === undefined) return next(request, response)
    response.statusCode = 401
    response.end()
  })
  const { server } = await gateway([refusing])
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${server.url}${getStoryPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  for (let round = 0; round < 60; round += 1) {
    const answers = Array.from({ length: 8 }, () => post({ 'x-refuse': '1' }, 'x'.repeat(70_000)))
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(401)
    expect((await post({}, '{"storyId":"1"}')).status).toBe(200)
  }
})

test('a path without a pool is UNIMPLEMENTED', async () => {
  const { server } = await gateway([await upstream('one')])
  const answer = await fetch(`${server.url}/nowhere`)
  expect([answer.status, await answer.json()]).toEqual([
    501,
    { code: 'unimplemented', message: 'unknown path /nowhere' },
  ])
})
