import { once } from 'node:events'
import type http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { asNode } from '#shared/presentation/node-handler.ts'
import type { HttpHandler } from '#shared/presentation/server.ts'
import { call, cleanups, connect, length, rawSocket, start, version } from './server-fixture.ts'
import { localhostTls } from './tls-fixture.ts'

test('one port speaks HTTP/1.1 and HTTP/2', async () => {
  const { server } = await start(version)
  expect(await (await fetch(server.url)).text()).toBe('HTTP/1.1')
  expect(String((await call(connect(server), { ':path': '/' })).body)).toBe('HTTP/2.0')
})

test('with TLS, ALPN decides', async () => {
  const { server } = await start(version, { tls: localhostTls })
  expect(server.url).toMatch(/^https:/)
  const session = http2.connect(server.url, { ca: localhostTls.cert })
  cleanups.push(() => session.destroy())
  expect(String((await call(session, { ':path': '/' })).body)).toBe('HTTP/2.0')
  expect(session.alpnProtocol).toBe('h2')
  const request = https.get(server.url, { ca: localhostTls.cert, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  expect(String((await once(response, 'data'))[0])).toBe('HTTP/1.1')
  const plain = await rawSocket(server)
  plain.resume().write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(plain, 'close')
})

test('the first bytes may arrive one by one', async () => {
  const { server } = await start(version)
  const settingsFrame = Buffer.from('000000040000000000', 'hex')
  const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settingsFrame])
  const first = async (bytes: Buffer) => {
    const socket = (await rawSocket(server)).setNoDelay()
    const answer = once(socket, 'data')
    for (const byte of bytes) {
      socket.write(Buffer.of(byte))
      await sleep(1)
    }
    return (await answer)[0] as Buffer
  }
  expect((await first(preface))[3]).toBe(4)
  expect(String(await first(Buffer.from('PRIMES / HTTP/1.1\r\n\r\n')))).toMatch(/^HTTP\/1.1 400/)
  expect(String(await first(Buffer.from('PUT / HTTP/1.1\r\nhost: a\r\n\r\n')))).toMatch(/^HTTP\/1.1 200/)
})

test('a body of several megabytes arrives whole over both', async () => {
  const { server } = await start(length)
  const body = Buffer.alloc(3_000_000)
  expect(await (await fetch(server.url, { method: 'POST', body })).text()).toBe('3000000')
  expect(String((await call(connect(server), { ':path': '/' }, body)).body)).toBe('3000000')
})

test('over HTTP/2, who asks first whether to send its body is told to go on', async () => {
  const { server } = await start(length)
  const stream = connect(server).request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
  await once(stream, 'continue')
  stream.end('body')
  expect(String((await once(stream, 'data'))[0])).toBe('4')
})

test('whoever begins late to read a body of nothing hears its end too', async () => {
  const readers: Record<string, HttpHandler> = {
    '/events': (request, response) => {
      request.on('data', () => {})
      request.on('end', () => response.end('ended'))
    },
    '/loop': async (request, response) => {
      for await (const _ of request);
      response.end('ended')
    },
    '/as-node': async (given, returned) => {
      const [request, response] = asNode(given, returned)
      for await (const _ of request);
      response.end('ended')
    },
  }
  const { server } = await start(async (request, response) => {
    await sleep(50)
    return readers[request.url ?? '']?.(request, response)
  })
  for (const path of Object.keys(readers)) {
    expect(String((await call(connect(server), { ':path': path })).body), path).toBe('ended')
    expect(String((await call(connect(server), { ':path': path }, 'some')).body), path).toBe('ended')
  }
})

test('over HTTP/2 an answer to HEAD has no body, headers go when they are flushed, trailers come last', async () => {
  const { server } = await start(async (request, response) => {
    response.setHeader('X-Set', 'early')
    if (request.url === '/whole') return void response.writeHead(201, { 'x-set': 'late' }).end('body')
    response.writeHead(200)
    if (request.url === '/flushed') response.flushHeaders()
    await sleep(100)
    response.write('first')
    response.addTrailers({ 'x-trailer': 'one' })
    response.addTrailers({ 'x-other': 'two' })
    response.end()
    response.end('again')
  })
  const session = connect(server)
  const head = await call(session, { ':method': 'HEAD', ':path': '/whole' })
  expect([head.status, head.headers['x-set'], head.body.length]).toEqual([201, 'late', 0])
  expect(String((await call(session, { ':path': '/whole' })).body)).toBe('body')
  for (const [path, isFlushed] of [
    ['/flushed', true],
    ['/kept', false],
  ] as const) {
    const stream = session.request({ ':path': path })
    let hasHeaders = false
    stream.once('response', (headers) => {
      hasHeaders = headers['x-set'] === 'early'
    })
    const trailers = once(stream, 'trailers')
    await sleep(50)
    expect(hasHeaders, path).toBe(isFlushed)
    expect(String((await once(stream, 'data'))[0])).toBe('first')
    expect((await trailers)[0]).toMatchObject({ 'x-trailer': 'one', 'x-other': 'two' })
  }
})

test('what a handler throws is answered and logged, and the server goes on', async () => {
  const { server, warnings } = await start((request, response) => {
    if (request.url === '/sync') throw new Error('boom')
    if (request.url === '/async') return Promise.reject(new Error('boom'))
    if (request.url === '/late') {
      response.write('begun')
      throw new Error('boom')
    }
    response.end('fine')
  })
  const session = connect(server)
  for (const path of ['/sync', '/async']) {
    expect((await call(session, { ':path': path })).status).toBe(500)
    expect(await (await fetch(server.url + path)).json()).toEqual({ code: 'internal', message: 'internal error' })
  }
  expect((await call(session, { ':path': '/late' })).resetCode).toBe(http2.constants.NGHTTP2_INTERNAL_ERROR)
  await expect(fetch(`${server.url}/late`).then((response) => response.text())).rejects.toThrow()
  expect(warnings).toHaveLength(6)
  expect(await (await fetch(server.url)).text()).toBe('fine')
})
