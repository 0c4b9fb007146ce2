import { once } from 'node:events'
import http2, { type OutgoingHttpHeaders } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError } from '@connectrpc/connect'
import { endStreamFromJson, errorFromJson } from '@connectrpc/connect/protocol-connect'
import { findTrailerError } from '@connectrpc/connect/protocol-grpc'
import { expect, test } from 'vitest'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { HttpHandler } from '#shared/presentation/server.ts'
import { call, cleanups, connect, rawSocket, start, version } from './server-fixture.ts'

test('connections that say nothing, or not enough, are closed', async () => {
  const { server } = await start(version, { limits: { headerTimeoutMs: 200 } })
  for (const begin of ['', 'PRI * HT', 'GET / HTTP/1.1\r\nhost: a\r\n']) {
    const socket = await rawSocket(server)
    if (begin) socket.write(begin)
    socket.resume()
    const begunAt = performance.now()
    await once(socket, 'close')
    expect(performance.now() - begunAt).toBeGreaterThan(150)
    expect(performance.now() - begunAt).toBeLessThan(1500)
  }
})

test('oversized headers are refused, and a flood of them ends the connection', async () => {
  const { server } = await start(version)
  const session = connect(server)
  const big = { 'x-big': 'v'.repeat(20_000) }
  expect((await fetch(server.url, { headers: big })).status).toBe(431)
  const refused = await call(session, { ':path': '/', ...big })
  expect([refused.status === 431, refused.resetCode === http2.constants.NGHTTP2_ENHANCE_YOUR_CALM]).toContain(true)
  expect(String((await call(connect(server), { ':path': '/' })).body)).toBe('HTTP/2.0')

  const flood: OutgoingHttpHeaders = { ':path': '/' }
  for (let i = 0; i < 300; i++) flood[`x-${i}`] = 'v'.repeat(10_000)
  const attacker = http2.connect(server.url, { maxSendHeaderBlockLength: 10_000_000 })
  attacker.on('error', () => {})
  cleanups.push(() => attacker.destroy())
  expect((await call(attacker, flood)).status).not.toBe(200)
  await expect.poll(() => attacker.destroyed).toBe(true)
  expect(await (await fetch(server.url)).text()).toBe('HTTP/1.1')
})

test('a connection that resets streams rapidly is told to go away', async () => {
  const { server } = await start(() => {}, { limits: { maxResetsPerSecond: 50 } })
  const session = connect(server)
  const goaway = once(session, 'goaway')
  await once(session, 'connect')
  let opened = 0
  for (; opened < 400 && !session.destroyed && !session.closed; opened++) {
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => {})
    await new Promise(setImmediate)
    stream.close(http2.constants.NGHTTP2_CANCEL)
  }
  await goaway
  expect(opened).toBeLessThan(400)
  expect(opened).toBeGreaterThan(50)
  await expect.poll(() => server.inFlight()).toBe(0)
})

const expectOverloaded = (error: ConnectError | undefined) => {
  expect(error?.code).toBe(Code.ResourceExhausted)
  expect(error?.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).toBe(1n)
  expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).toBe('OVERLOADED')
}

const plainHeaders = (headers: http2.IncomingHttpHeaders) =>
  Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(':') ? [] : [[name, String(value)] as [string, string]],
  )

test('beyond what may run at once, requests are shed in their own protocol; probes and streams are not', async () => {
  let shed = 0
  const { server } = await start(
    (request, response) => {
      if (request.url !== '/hang') response.end('fine')
    },
    {
      limits: { maxInFlight: 1 },
      onShed: () => {
        shed += 1
      },
      kindOf: (path) => (path === '/ready' ? 'probe' : path === '/watch' ? 'stream' : 'request'),
    },
  )
  const session = connect(server)
  const hanging = session.request({ ':path': '/hang' })
  hanging.on('error', () => {})
  await expect.poll(() => server.inFlight()).toBe(1)

  const plain = await fetch(`${server.url}/page`)
  expect(plain.status).toBe(503)
  expect(plain.headers.get('retry-after')).toBe('1')

  const path = { ':path': '/troupe.story.v1.StoryService/GetStory' }
  for (const type of ['application/grpc+proto', 'application/grpc-web+proto']) {
    const answer = await call(session, { ...path, 'content-type': type }, '')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe(type)
    expect(answer.headers['grpc-status']).toBe('8')
    expectOverloaded(findTrailerError(new Headers(plainHeaders(answer.headers))))
  }
  const unary = await call(session, { ...path, 'content-type': 'application/json' }, '{}')
  expect(unary.status).toBe(429)
  const fallback = new ConnectError('not a Connect error', Code.Unknown)
  expectOverloaded(errorFromJson(JSON.parse(String(unary.body)), undefined, fallback))
  const get = { ':path': `${path[':path']}?connect=v1&encoding=json&message=%7B%7D` }
  expect((await call(session, get)).status).toBe(429)
  const stream = await call(session, { ...path, 'content-type': 'application/connect+json' }, '')
  expect(stream.status).toBe(200)
  expect(stream.body[0]).toBe(2)
  expectOverloaded(endStreamFromJson(stream.body.subarray(5)).error)

  expect(await (await fetch(`${server.url}/ready`)).text()).toBe('fine')
  expect(await (await fetch(`${server.url}/watch`)).text()).toBe('fine')
  expect(shed).toBe(6)
  hanging.close(http2.constants.NGHTTP2_CANCEL)
  await expect.poll(() => server.inFlight()).toBe(0)
  expect(await (await fetch(`${server.url}/page`)).text()).toBe('fine')
})

test('one path takes no more than half of what may run at once, and who is refused takes nothing', async () => {
  const { server } = await start(
    (request, response) => {
      if (request.url === '/page') response.end('fine')
    },
    { limits: { maxInFlight: 4, lingerMs: 60_000 } },
  )
  const session = connect(server)
  const open = (path: string) => {
    const stream = session.request({ ':path': path, ':method': 'POST' }, { endStream: false })
    stream.on('error', () => {})
    return { stream, status: new Promise((resolve) => stream.on('response', (fields) => resolve(fields[':status']))) }
  }
  const taken = [open('/rush'), open('/rush')]
  await expect.poll(() => server.inFlight()).toBe(2)
  const refused = Array.from({ length: 10 }, () => open('/rush'))
  expect(await Promise.all(refused.map(({ status }) => status))).toEqual(Array(10).fill(503))
  expect(await (await fetch(`${server.url}/page`)).text()).toBe('fine')
  for (const { stream } of [...taken, ...refused]) stream.close(http2.constants.NGHTTP2_CANCEL)
  await expect.poll(() => server.inFlight()).toBe(0)
})

test('idle connections are closed, busy ones kept', async () => {
  const handler: HttpHandler = async (_, response) => {
    await sleep(600)
    response.end('late')
  }
  const { server } = await start(handler, { limits: { idleTimeoutMs: 200 } })
  const idle = connect(server)
  const busy = connect(server)
  const answer = call(busy, { ':path': '/' })
  await once(idle, 'close')
  expect(String((await answer).body)).toBe('late')
  await once(busy, 'close')
})

test('more connections than allowed are dropped', async () => {
  const { server } = await start(version, { limits: { maxConnections: 2 } })
  const first = await rawSocket(server)
  await rawSocket(server)
  const third = await rawSocket(server)
  await once(third.resume(), 'close')
  first.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  expect(String((await once(first, 'data'))[0])).toContain('HTTP/1.1')
})
