import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually } from '../mesh.ts'
import { Link } from './link.ts'

let echo: Server
let link: Link
const sockets: Socket[] = []

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** A connection through the link, and what came back on it. */
const talk = async () => {
  const socket = connect(link.port, '127.0.0.1')
  sockets.push(socket)
  const state = { heard: '', error: '' }
  socket.on('data', (chunk) => {
    state.heard += chunk
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    state.error = error.code ?? ''
  })
  await once(socket, 'connect')
  return { state, say: (text: string) => socket.write(text) }
}

const hears = (state: { heard: string }, text: string) => eventually(() => state.heard === text || undefined)

beforeEach(async () => {
  echo = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  link = await Link.open({ host: '127.0.0.1', port: portOf(echo) })
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await link.close()
  echo.close()
})

it('carries bytes, late when it is slow, and after it was stalled', async () => {
  const { state, say } = await talk()
  say('a')
  await hears(state, 'a')
  link.set({ kind: 'slow', delayMs: 60 })
  const began = performance.now()
  say('b')
  await hears(state, 'ab')
  expect(performance.now() - began).toBeGreaterThan(110)
  say('c')
  link.set({ kind: 'open' })
  await sleep(10)
  say('d')
  await hears(state, 'abcd')
  link.set({ kind: 'stalled' })
  say('e')
  await sleep(100)
  expect(state.heard).toBe('abcd')
  link.set({ kind: 'open' })
  await hears(state, 'abcde')
})

it('never speaks again on a connection that was silent once, but on new ones', async () => {
  const old = await talk()
  link.set({ kind: 'silent' })
  old.say('lost')
  await sleep(50)
  link.set({ kind: 'open' })
  old.say('too late')
  const fresh = await talk()
  fresh.say('there')
  await hears(fresh.state, 'there')
  expect(old.state).toEqual({ heard: '', error: '' })
})

it('resets what is connected, and what comes while it refuses', async () => {
  const old = await talk()
  link.set({ kind: 'refusing' })
  await eventually(() => old.state.error === 'ECONNRESET' || undefined)
  const refused = await talk().catch(() => undefined)
  if (refused) await eventually(() => refused.state.error === 'ECONNRESET' || undefined)
  link.set({ kind: 'open' })
  const { state, say } = await talk()
  say('again')
  await hears(state, 'again')
})

it('passes by a target that is away', async () => {
  const several = await Link.open([
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.1', port: portOf(echo) },
  ])
  const first = link
  link = several
  for (const text of ['one', 'two', 'three']) {
    const { state, say } = await talk()
    say(text)
    await hears(state, text)
  }
  await first.close()
})
