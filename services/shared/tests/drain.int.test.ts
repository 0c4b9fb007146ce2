import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Server } from '#shared/presentation/server.ts'
import { call, cleanups, connect, rawSocket, start, version } from './server-fixture.ts'
import { localhostTls } from './tls-fixture.ts'

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
