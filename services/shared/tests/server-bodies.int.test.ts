import { once } from 'node:events'
import http2 from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { HttpHandler, Server } from '#shared/presentation/server.ts'
import { call, connect, length, rawSocket, start } from './server-fixture.ts'

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
