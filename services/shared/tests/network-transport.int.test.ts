import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { Code, ConnectError } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { afterEach, expect, test } from 'vitest'
import { Health, HealthCheckResponse_ServingStatus } from '#gen/health/v1/health_pb.ts'
import { clientOf } from '../infrastructure/clients/client.ts'
import { networkTransport } from '../infrastructure/clients/network-transport.ts'
import { resilient } from '../infrastructure/clients/resilience.ts'
import { EchoService } from './echo-service.ts'
import type { EchoImpl, ServerOptions } from './transport/fixture.ts'
import { transportContract } from './transport/transport-contract.ts'

type Serving = AsyncGenerator<HealthCheckResponse_ServingStatus>

interface RunningServer {
  port: number
  /** Ends the server and cuts all its connections, as a crash would. */
  kill(): Promise<void>
}

const listen = async (
  impl: EchoImpl,
  options: ServerOptions & { host?: string; port?: number; health?: () => Serving } = {},
): Promise<RunningServer> => {
  const { host = '127.0.0.1', port = 0, health, ...rest } = options
  const server: Http2Server = createServer(
    connectNodeAdapter({
      ...rest,
      routes: (router) => {
        router.service(EchoService, impl)
        if (!health) return
        router.service(Health, {
          async *watch() {
            for await (const status of health()) yield { status }
          },
        })
      },
    }),
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

transportContract('network', async (impl, options) => {
  const server = await listen(impl, options)
  const transport = networkTransport({ address: `http://127.0.0.1:${server.port}` })
  return {
    transport,
    close: async () => {
      transport.close()
      await server.kill()
    },
  }
})

const cleanups: (() => Promise<void> | void)[] = []
const cleanup = (run: () => Promise<void> | void) => cleanups.push(run)
afterEach(async () => {
  for (const run of cleanups.splice(0).reverse()) await run()
})

const running = async (...args: Parameters<typeof listen>) => {
  const server = await listen(...args)
  cleanup(() => server.kill())
  return server
}

const connected = (address: string | string[]) => {
  const transport = networkTransport({ address })
  cleanup(() => transport.close())
  return transport
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error) => ConnectError.from(error).code,
  )

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const until = async (condition: () => Promise<boolean> | boolean) => {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return
    await pause(10)
  }
  throw new Error('waited in vain')
}

test('nobody listening is UNAVAILABLE, a closed transport too, and a server that comes back is found', async () => {
  const { port, kill } = await listen({ read: (request) => request })
  await kill()
  const transport = connected(`http://127.0.0.1:${port}`)
  const client = clientOf(EchoService, transport)
  expect(await codeOf(client.read({}))).toBe(Code.Unavailable)
  await running({ read: (request) => request }, { port })
  await until(async () => (await codeOf(client.read({}))) === undefined)
  transport.close()
  expect(await codeOf(client.read({}))).toBe(Code.Unavailable)
})

const pair = async (one: () => string, other: () => string, health?: () => Serving) => {
  const serve = (host: string, port: number, name: () => string, watch?: () => Serving) =>
    running({ read: () => ({ value: name() }) }, { host, port, ...(watch && { health: watch }) })
  const first = await serve('127.0.0.1', 0, one)
  const second = await serve('127.0.0.2', first.port, other, health)
  return { first, second, address: [`127.0.0.1:${first.port}`, `127.0.0.2:${second.port}`] }
}

const names = async (client: { read(request: object): Promise<{ value: string }> }, calls: number) => {
  const heard = await Promise.all(Array.from({ length: calls }, () => client.read({})))
  return heard.map(({ value }) => value)
}

test('calls are spread over all addresses of a name, and a crash under load fails no read', async () => {
  const { second, address } = await pair(
    () => 'one',
    () => 'other',
  )
  const client = clientOf(EchoService, resilient(connected(address), { target: 'echo' }))
  await until(async () => new Set(await names(client, 10)).size === 2)
  const ofOne = (await names(client, 100)).filter((name) => name === 'one').length
  // Streams of calls that are answered count until they are closed.
  expect(Math.abs(ofOne - 50)).toBeLessThanOrEqual(5)

  let failed = 0
  let stop = false
  const answers: string[] = []
  const reader = async () => {
    while (!stop) {
      await client.read({}, { timeoutMs: 2000 }).then(
        ({ value }) => answers.push(value),
        () => failed++,
      )
      await pause(0)
    }
  }
  // No more than the budget of retries, should all of them be at the one that dies.
  const readers = Array.from({ length: 8 }, reader)
  await pause(200)
  await until(async () => answers.includes('other'))
  const before = answers.length
  await second.kill()
  await until(async () => answers.length > before + 50 && !answers.slice(-20).includes('other'))
  stop = true
  await Promise.all(readers)
  expect(failed).toBe(0)
  expect(new Set(answers.slice(-20))).toEqual(new Set(['one']))
})

test('an address that reports NOT_SERVING is left out until it serves again', async () => {
  const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus
  const says = { status: NOT_SERVING as HealthCheckResponse_ServingStatus, changed: Promise.withResolvers<void>() }
  const say = (status: HealthCheckResponse_ServingStatus) => {
    says.status = status
    says.changed.resolve()
    says.changed = Promise.withResolvers()
  }
  cleanup(() => says.changed.resolve())
  async function* health() {
    for (let round = 0; round < 3; round++) {
      yield says.status
      await says.changed.promise
    }
  }
  const { address } = await pair(
    () => 'one',
    () => 'other',
    health,
  )
  const client = clientOf(EchoService, connected(address))
  await client.read({})
  await until(async () => !(await names(client, 10)).includes('other'))
  say(SERVING)
  await until(async () => (await names(client, 10)).includes('other'))
  say(NOT_SERVING)
  await until(async () => !(await names(client, 10)).includes('other'))
})

test('an address that reports NOT_SERVING is called all the same while there is no other', async () => {
  const { NOT_SERVING } = HealthCheckResponse_ServingStatus
  const [heard, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  cleanup(() => over.resolve())
  async function* health() {
    yield NOT_SERVING
    heard.resolve()
    await over.promise
  }
  const { port } = await running({ read: () => ({ value: 'one' }) }, { health })
  const client = clientOf(EchoService, connected(`http://127.0.0.1:${port}`))
  await client.read({})
  await heard.promise
  for (let round = 0; round < 20; round++) expect(new Set(await names(client, 10))).toEqual(new Set(['one']))
})
