import { once } from 'node:events'
import http from 'node:http'
import http2, { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError } from '@connectrpc/connect'
import { endStreamFromJson, errorFromJson } from '@connectrpc/connect/protocol-connect'
import { findTrailerError } from '@connectrpc/connect/protocol-grpc'
import { afterEach, expect, test } from 'vitest'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { asNode } from '#shared/presentation/node-handler.ts'
import { type HttpHandler, type Server, type ServerOptions, startServer } from '#shared/presentation/server.ts'
import { localhostTls } from './tls-fixture.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const start = async (handler: HttpHandler, options: Partial<ServerOptions> = {}) => {
  const warnings: string[] = []
  const log = { warn: (message: string) => warnings.push(message) }
  const server = await startServer({ host: '127.0.0.1', port: 0, handler, log, ...options })
  cleanups.push(() => server.close())
  return { server, warnings }
}

const connect = (server: Server): ClientHttp2Session => {
  const session = http2.connect(server.url)
  session.on('error', () => {})
  cleanups.push(() => session.destroy())
  return session
}

const call = (session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Buffer) =>
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

const rawSocket = async (server: Server) => {
  const socket = net.connect(server.port, '127.0.0.1')
  cleanups.push(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const version: HttpHandler = (request, response) => void response.end(`HTTP/${request.httpVersion}`)

const length: HttpHandler = async (request, response) => {
  let bytes = 0
  for await (const chunk of request) bytes += (chunk as Buffer).length
  response.end(String(bytes))
}

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

/** Begins a request of HTTP/1.1 whose body does not end, and tells what came back and whether the connection was closed. */
const halfSent = async (server: Server) => {
  const socket = await rawSocket(server)
  const reply = { text: '', isClosed: false }
  socket.on('data', (data) => {
    reply.text += data
  })
  socket.once('close', () => {
    reply.isClosed = true
  })
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf')
  return reply
}

test('a body of HTTP/1.1 that its handler leaves half read is answered for, and its connection cut', async () => {
  const readSome = async (request: Parameters<HttpHandler>[0]) => {
    for await (const _ of request) break
  }
  const handlers: HttpHandler[] = [
    async (request, response) => {
      await readSome(request)
      response.end('enough')
    },
    async (request) => {
      await readSome(request)
      throw new Error('boom')
    },
    async (request, response) => {
      response.write('some')
      await readSome(request)
      throw new Error('boom')
    },
  ]
  const replies = []
  for (const handler of handlers) {
    const { server } = await start(handler, { limits: { lingerMs: 50 } })
    const reply = await halfSent(server)
    await expect.poll(() => reply.isClosed).toBe(true)
    replies.push(reply.text)
  }
  expect(replies).toEqual([
    expect.stringContaining('enough'),
    expect.stringContaining('internal error'),
    expect.stringContaining('some'),
  ])
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

test('half-sent bodies are cut; slow ones and answers that take long are not', async () => {
  const { server } = await start(
    async (request, response) => {
      if (request.url === '/watch') {
        for (let i = 0; i < 10; i++) {
          response.write('.')
          await sleep(100)
        }
        response.end()
      } else await length(request, response)
    },
    { limits: { bodyTimeoutMs: 400 } },
  )
  const session = connect(server)

  const socket = await rawSocket(server)
  socket.resume().write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nabc')
  const half = session.request({ ':method': 'POST', ':path': '/' })
  half.on('error', () => {}).resume()
  half.write('abc')
  const begunAt = performance.now()
  await Promise.all([once(socket, 'close'), once(half, 'close')])
  expect(half.rstCode).toBe(http2.constants.NGHTTP2_CANCEL)
  expect(performance.now() - begunAt).toBeLessThan(2000)
  // The client may see the end before the server does.
  await expect.poll(() => server.inFlight()).toBe(0)

  const slow = session.request({ ':method': 'POST', ':path': '/' })
  const answer = once(slow, 'data')
  for (let i = 0; i < 6; i++) {
    slow.write('x'.repeat(100))
    await sleep(150)
  }
  slow.end()
  expect(String((await answer)[0])).toBe('600')
  expect(String((await call(session, { ':path': '/watch' })).body)).toBe('..........')
})

test('bodies that trickle in are cut, and so is what goes on being sent after its answer', async () => {
  const handler: HttpHandler = (request, response) => {
    if (request.url !== '/answered') return length(request, response)
    response.end('enough')
  }
  const { server } = await start(handler, { limits: { bodyTimeoutMs: 400, lingerMs: 200 } })
  const session = connect(server)
  const trickle = async (begin: () => { write(text: string): unknown }, isOver: () => boolean) => {
    const to = begin()
    for (let n = 0; n < 40 && !isOver(); n += 1) {
      to.write('x')
      await sleep(50)
    }
    return isOver()
  }
  for (const path of ['/', '/answered']) {
    const socket = await rawSocket(server)
    socket.on('error', () => {}).resume()
    socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n`)
    const stream = session.request({ ':method': 'POST', ':path': path })
    stream.on('error', () => {}).resume()
    const cut = await Promise.all([
      trickle(
        () => socket,
        () => socket.closed,
      ),
      trickle(
        () => stream,
        () => stream.closed,
      ),
    ])
    expect([path, ...cut]).toEqual([path, true, true])
  }
  expect(server.inFlight()).toBe(0)
})

const leavings: Record<string, (request: Parameters<HttpHandler>[0]) => Promise<unknown> | unknown> = {
  'is not read at all': () => {},
  'is left off by an iterator': async (request) => {
    for await (const _ of request as AsyncIterable<Buffer>) return
  },
  'is paused': (request) => request.pause(),
  'is paused with every chunk': (request) => request.on('data', () => request.pause()),
}

test.each(Object.entries(leavings))('a request whose body %s ends with its answer', async (_how, leave) => {
  const { server } = await start(
    async (request, response) => {
      await leave(request)
      response.end('enough')
    },
    { limits: { lingerMs: 300 } },
  )
  const session = connect(server)
  const ask = async (later: readonly number[]) => {
    const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false })
    stream.on('error', () => {}).resume()
    stream.write('x')
    for (const ms of later) {
      await sleep(ms)
      if (!stream.closed) stream.write('more of it')
    }
    stream.end()
    await once(stream, 'close')
  }
  await Promise.all([ask([]), ask([0]), ask([1]), ask([20]), ask([1, 1, 20])])
  await expect.poll(() => server.inFlight(), { timeout: 3000 }).toBe(0)
})

test('a body that the handler does not read yet is not taken for a stalled one', async () => {
  const handler: HttpHandler = async (request, response) => {
    await sleep(700)
    await length(request, response)
  }
  const { server } = await start(handler, { limits: { bodyTimeoutMs: 200 } })
  const body = Buffer.alloc(500_000)
  expect(await (await fetch(server.url, { method: 'POST', body })).text()).toBe('500000')
  expect(String((await call(connect(server), { ':path': '/' }, body)).body)).toBe('500000')
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

const expectOverloaded = (error: ConnectError | undefined) => {
  expect(error?.code).toBe(Code.ResourceExhausted)
  expect(error?.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).toBe(1n)
  expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).toBe('OVERLOADED')
}

const plainHeaders = (headers: http2.IncomingHttpHeaders) =>
  Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(':') ? [] : [[name, String(value)] as [string, string]],
  )

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

test('drain answers what it has accepted, tells clients to leave and takes nothing new', async () => {
  const { server } = await start(async (_, response) => {
    await sleep(300)
    response.end('answered')
  })
  const session = connect(server)
  const agent = new http.Agent({ keepAlive: true })
  cleanups.push(() => agent.destroy())
  const goaway = once(session, 'goaway')
  const http2Calls = Array.from({ length: 50 }, () => call(session, { ':path': '/' }))
  const http1Calls = Array.from({ length: 10 }, () => fetch(server.url).then((response) => response.text()))
  await expect.poll(() => server.inFlight()).toBe(60)
  const drained = server.drain(5000)
  const begunAt = performance.now()
  for (const answer of await Promise.all(http2Calls)) expect(String(answer.body)).toBe('answered')
  for (const answer of await Promise.all(http1Calls)) expect(answer).toBe('answered')
  expect((await goaway)[0]).toBe(http2.constants.NGHTTP2_NO_ERROR)
  await drained
  expect(performance.now() - begunAt).toBeLessThan(3000)
  expect(server.inFlight()).toBe(0)
  await expect(fetch(server.url)).rejects.toThrow()
})

/** A client of HTTP/2 that heeds nothing it is told: its `ask` opens a stream, and answers the status that comes. */
const deafClient = async (server: Server) => {
  const socket = await rawSocket(server)
  const statuses: Record<number, (status: number) => void> = {}
  let received: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
      const length = received.readUIntBE(0, 3)
      // Of a block of headers, the first byte is the index of ":status: 200" in HPACK's static table.
      if (received[3] === 1) statuses[received.readUInt32BE(5)]?.(received[9] === 0x88 ? 200 : 0)
      received = received.subarray(9 + length)
    }
  })
  const settings = Buffer.from('000000040000000000', 'hex')
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings]))
  // GET, http, "/" and authority "a".
  const block = Buffer.from('828684010161', 'hex')
  return (stream: number): Promise<number> => {
    const answer = new Promise<number>((resolve) => {
      statuses[stream] = resolve
    })
    socket.write(Buffer.concat([Buffer.from([0, 0, block.length, 1, 5, 0, 0, 0, stream]), block]))
    return answer
  }
}

test('drain answers what was on its way when it began', async () => {
  const { server } = await start(version)
  const ask = await deafClient(server)
  expect(await ask(1)).toBe(200)
  const drained = server.drain(5000)
  for (const stream of [3, 5, 7]) {
    await sleep(50)
    expect(await ask(stream)).toBe(200)
  }
  await drained
})

test('over TLS, drain answers or refuses what was on its way when it began', async () => {
  const { server } = await start(version, { tls: localhostTls })
  const session = http2.connect(server.url, { ca: localhostTls.cert })
  cleanups.push(() => session.destroy())
  await call(session, { ':path': '/' })
  const drained = server.drain(5000)
  const { status, resetCode } = await call(session, { ':path': '/' })
  expect(status === 200 || resetCode === http2.constants.NGHTTP2_REFUSED_STREAM).toBe(true)
  await drained
})

test('drain gives up after its grace', async () => {
  const { server } = await start(() => {})
  const hanging = call(connect(server), { ':path': '/' })
  await expect.poll(() => server.inFlight()).toBe(1)
  await server.drain(300)
  expect((await hanging).status).toBe(0)
  await expect.poll(() => server.inFlight()).toBe(0)
})
