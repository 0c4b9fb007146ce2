import {
  type CallOptions,
  Code,
  ConnectError,
  createMethodImplSpec,
  type MethodImplSpec,
  type Transport,
} from '@connectrpc/connect'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { clientOf } from '../infrastructure/clients/client.ts'
import { withDefaultDeadline } from '../infrastructure/clients/deadline.ts'
import { localTransport } from '../infrastructure/clients/local-transport.ts'
import { type ResilienceOptions, resilient } from '../infrastructure/clients/resilience.ts'
import { retryBudget } from '../infrastructure/clients/retry.ts'
import { EchoService } from './echo-service.ts'

const key = { headers: { 'idempotency-key': 'k' } }

/** A target whose every call runs `behave`, and that counts them. */
const target = (behave: (call: number) => void | Promise<void>, options: Partial<ResilienceOptions> = {}) => {
  const timeouts: (number | undefined)[] = []
  const { read, write, watch, collect } = EchoService.method
  const called = async (timeoutMs: number | undefined) => {
    timeouts.push(timeoutMs)
    await behave(timeouts.length)
  }
  const methods = new Map<string, MethodImplSpec>()
  for (const method of [read, write]) {
    const spec = createMethodImplSpec(method, async (request, context) => {
      await called(context.timeoutMs())
      return request
    })
    methods.set(`/${EchoService.typeName}/${method.name}`, spec)
  }
  methods.set(
    `/${EchoService.typeName}/Watch`,
    createMethodImplSpec(watch, async function* (request, context) {
      if (request.value === 'fail later') yield request
      await called(context.timeoutMs())
      yield request
    }),
  )
  methods.set(
    `/${EchoService.typeName}/Collect`,
    createMethodImplSpec(collect, async (requests, context) => {
      for await (const _ of requests) await called(context.timeoutMs())
      return {}
    }),
  )
  const transport = localTransport({ methods, interceptors: [] })
  const client = clientOf(EchoService, resilient(transport, { target: 'echo', random: () => 0, ...options }))
  return { client, timeouts, calls: () => timeouts.length }
}

const unavailable = (retryAfterMs?: number) =>
  new ConnectError(
    'down',
    Code.Unavailable,
    undefined,
    retryAfterMs === undefined
      ? []
      : [{ desc: RetryInfoSchema, value: { retryDelay: { seconds: 0n, nanos: retryAfterMs * 1_000_000 } } }],
  )

const failTimes =
  (times: number, error = unavailable()) =>
  (call: number) => {
    if (call <= times) throw error
  }

const errorOf = async (call: Promise<unknown>): Promise<ConnectError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ConnectError) return error
  throw new Error(`expected a ConnectError, got ${error}`)
}

const all = async <T>(responses: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of responses) items.push(item)
  return items
}

describe('retries', () => {
  test('a read and a call with a key survive two failures, not three', async () => {
    const two = target(failTimes(2))
    await two.client.read({})
    expect(two.calls()).toBe(3)
    const keyed = target(failTimes(2))
    await keyed.client.write({}, key)
    expect(keyed.calls()).toBe(3)
    const three = target(failTimes(3))
    expect((await errorOf(three.client.read({}))).code).toBe(Code.Unavailable)
    expect(three.calls()).toBe(3)
  })

  test('a write without a key, and any other error, is tried once', async () => {
    const write = target(failTimes(1))
    expect((await errorOf(write.client.write({}))).code).toBe(Code.Unavailable)
    expect(write.calls()).toBe(1)
    for (const code of [Code.NotFound, Code.Internal, Code.ResourceExhausted, Code.DeadlineExceeded]) {
      const read = target(failTimes(1, new ConnectError('no', code)))
      expect((await errorOf(read.client.read({}))).code).toBe(code)
      expect(read.calls()).toBe(1)
    }
  })

  test('waits grow, carry jitter, and RetryInfo is the least of them', async () => {
    const took = async (random: number, error: ConnectError) => {
      const { client } = target(failTimes(2, error), { random: () => random })
      const start = performance.now()
      await client.read({})
      return performance.now() - start
    }
    expect(await took(0.99, unavailable())).toBeGreaterThan(50)
    expect(await took(0, unavailable(60))).toBeGreaterThan(110)
    expect(await took(0, unavailable())).toBeLessThan(40)
  })

  test('stay within the deadline', async () => {
    const { client, calls, timeouts } = target(failTimes(2, unavailable(80)))
    expect((await errorOf(client.read({}, { timeoutMs: 100 }))).code).toBe(Code.Unavailable)
    expect(calls()).toBe(2)
    // A timer of node's may fire up to a millisecond early.
    expect(timeouts[1]).toBeLessThanOrEqual(21)
  })

  test('stop when the caller gives up', async () => {
    const { client, calls } = target(failTimes(2, unavailable(500)))
    const controller = new AbortController()
    const call = errorOf(client.read({}, { signal: controller.signal }))
    setTimeout(() => controller.abort(), 30)
    const start = performance.now()
    expect((await call).code).toBe(Code.Canceled)
    expect(performance.now() - start).toBeLessThan(300)
    expect(calls()).toBe(1)
  })

  test('a server stream is tried again before its first message and never after; a client stream never', async () => {
    const before = target(failTimes(2))
    expect(await all(before.client.watch({ value: 'x' }))).toHaveLength(1)
    expect(before.calls()).toBe(3)
    const after = target(failTimes(1))
    expect((await errorOf(all(after.client.watch({ value: 'fail later' })))).code).toBe(Code.Unavailable)
    expect(after.calls()).toBe(1)
    const upload = target(failTimes(1))
    async function* one() {
      yield { value: 'x' }
    }
    expect((await errorOf(upload.client.collect(one(), key))).code).toBe(Code.Unavailable)
    expect(upload.calls()).toBe(1)
  })

  test('an outage is not multiplied: 200 reads while all fail cost no more than the budget on top', async () => {
    let failing = true
    const flaky = target((call) => {
      // Answers in between keep the circuit closed, so that only the budget holds the retries back.
      if (failing && call % 4 !== 0) throw unavailable()
    })
    for (let n = 0; n < 200; n++) await flaky.client.read({}).catch(() => {})
    const retries = flaky.calls() - 200
    const successes = Math.ceil(flaky.calls() / 4)
    expect(retries).toBeGreaterThanOrEqual(10)
    expect(retries).toBeLessThanOrEqual(10 + successes * 0.1)
    failing = false
    const before = flaky.calls()
    for (let n = 0; n < 50; n++) await flaky.client.read({})
    expect(flaky.calls() - before).toBe(50)
  })

  test('the budget never grants more than its capacity and a tenth of the successes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (events) => {
        const budget = retryBudget()
        let granted = 0
        let successes = 0
        for (const success of events) {
          if (success) {
            budget.earn()
            successes++
          } else if (budget.spend()) granted++
          expect(granted).toBeLessThanOrEqual(10 + successes * 0.1 + 1e-6)
        }
        const asked = events.length - successes
        expect(granted).toBeGreaterThanOrEqual(Math.min(asked, 10))
      }),
    )
  })
})

describe('the circuit', () => {
  const write = (client: ReturnType<typeof target>['client'], options?: CallOptions) =>
    errorOf(client.write({}, options))
  const isOpen = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason === 'CIRCUIT_OPEN'
  let time = 0
  const now = () => time

  /** A target whose circuit is open: it answers as `behave` says from the next probe on. */
  const openTarget = async (behave: (call: number) => void | Promise<void>) => {
    const down = target((call) => (call <= 5 ? Promise.reject(unavailable()) : behave(call)), { now })
    for (let n = 0; n < 5; n++) expect(isOpen(await write(down.client))).toBe(false)
    expect(isOpen(await write(down.client))).toBe(true)
    expect(down.calls()).toBe(5)
    return down
  }

  test('opens after five failures in a row, says so, lets one probe through after a second, and closes', async () => {
    let down = true
    const slow = Promise.withResolvers<void>()
    const { client, calls } = await openTarget(async () => {
      if (down) throw unavailable()
      await slow.promise
    })
    time += 400
    const open = await errorOf(client.read({}))
    expect(open.code).toBe(Code.Unavailable)
    expect(open.findDetails(RetryInfoSchema)[0]?.retryDelay).toMatchObject({ seconds: 0n, nanos: 600_000_000 })
    expect(calls()).toBe(5)

    time += 600
    expect(isOpen(await write(client))).toBe(false)
    expect(calls()).toBe(6)
    expect(isOpen(await write(client))).toBe(true)
    down = false
    time += 1000
    const probe = client.write({ value: 'probe' })
    expect(isOpen(await write(client))).toBe(true)
    slow.resolve()
    expect((await probe).value).toBe('probe')
    await client.write({})
    expect(calls()).toBe(8)
  })

  test('deadlines count, but for those that leave no time; domain errors are answers', async () => {
    const late = (ms: number) => {
      const found = target(
        () => {
          time += ms
          throw new ConnectError('too late', Code.DeadlineExceeded)
        },
        { now },
      )
      return found
    }
    const timeouts = late(500)
    for (let n = 0; n < 7; n++) await write(timeouts.client)
    expect(timeouts.calls()).toBe(5)
    const hasty = late(20)
    for (let n = 0; n < 7; n++) await write(hasty.client)
    expect(hasty.calls()).toBe(7)
    const domain = target(() => {
      throw new ConnectError('no such thing', Code.NotFound)
    })
    for (let n = 0; n < 7; n++) await write(domain.client)
    expect(domain.calls()).toBe(7)
    const mixed = target((call) => {
      throw call % 5 === 0 ? new ConnectError('no such thing', Code.NotFound) : unavailable()
    })
    for (let n = 0; n < 20; n++) await write(mixed.client)
    expect(mixed.calls()).toBe(20)
  })

  test('calls that fail together count once, and one that its caller gave up not at all', async () => {
    const crash = target(() => {
      throw unavailable()
    })
    await Promise.all(Array.from({ length: 30 }, () => write(crash.client)))
    expect(crash.calls()).toBe(30)
    for (let n = 0; n < 7; n++) await write(crash.client)
    expect(crash.calls()).toBe(34)

    const { client, calls } = target((call) => {
      throw call === 5 ? new ConnectError('left', Code.Canceled) : unavailable()
    })
    for (let n = 0; n < 8; n++) await write(client)
    expect(calls()).toBe(6)
  })

  // A handler that ends by one of the calls it makes ends the others, for the same reason.
  test.each([Code.Canceled, Code.Unavailable])(
    'a call that ended with its caller, by %i, says nothing',
    async (code) => {
      const gaveUp = AbortSignal.abort(new ConnectError('another target is down', code))
      const fail = async () => Promise.reject(gaveUp.reason)
      const client = clientOf(EchoService, resilient({ unary: fail, stream: fail }, { target: 'echo', now }))
      for (let n = 0; n < 9; n++) expect(isOpen(await write(client, { signal: gaveUp }))).toBe(false)
    },
  )

  const firstProbeHangs = (call: number) => (call === 6 ? new Promise<void>(() => {}) : undefined)

  test('a probe that its caller gave up leaves it open, and the next call is one', async () => {
    const { client, calls } = await openTarget(firstProbeHangs)
    time += 1000
    const controller = new AbortController()
    const probe = write(client, { signal: controller.signal })
    expect(isOpen(await write(client))).toBe(true)
    controller.abort()
    expect((await probe).code).toBe(Code.Canceled)
    expect(calls()).toBe(6)
    await client.write({})
    expect(calls()).toBe(7)
  })

  test('a probe that hangs is not the last', async () => {
    const { client } = await openTarget(firstProbeHangs)
    time += 1000
    const hung = write(client)
    expect(isOpen(await write(client))).toBe(true)
    time += 1000
    await client.write({})
    await client.write({})
    expect(await Promise.race([hung, 'hangs'])).toBe('hangs')
  })
})

describe('deadlines', () => {
  const observed = async (
    call: (client: ReturnType<typeof clientOf<typeof EchoService>>) => Promise<unknown>,
    remaining?: () => number | undefined,
  ) => {
    const seen: (number | undefined)[] = []
    const see = (timeoutMs: number | undefined) => {
      seen.push(timeoutMs)
      throw new ConnectError('seen', Code.Aborted)
    }
    const recorder: Transport = {
      unary: async (_method, _signal, timeoutMs) => see(timeoutMs),
      stream: async (_method, _signal, timeoutMs) => see(timeoutMs),
    }
    const error = await errorOf(call(clientOf(EchoService, withDefaultDeadline(recorder, 5000, remaining))))
    return seen.length === 0 ? error.code : seen[0]
  }

  test('a call without one gets the default; only a stream can have none', async () => {
    expect(await observed((client) => client.read({}))).toBe(5000)
    expect(await observed((client) => client.read({}, { timeoutMs: 70 }))).toBe(70)
    expect(await observed((client) => client.read({}, { timeoutMs: 0 }))).toBe(5000)
    expect(await observed((client) => all(client.watch({})))).toBe(5000)
    expect(await observed((client) => all(client.watch({}, { timeoutMs: 0 })))).toBe(0)
  })

  test('what is left of the enclosing call bounds it, and nothing left means no call', async () => {
    const left = (ms: number) => () => ms
    expect(await observed((client) => client.read({}), left(300))).toBe(300)
    expect(await observed((client) => client.read({}, { timeoutMs: 70 }), left(300))).toBe(70)
    expect(await observed((client) => all(client.watch({}, { timeoutMs: 0 })), left(300))).toBe(300)
    expect(await observed((client) => client.read({}), left(0))).toBe(Code.DeadlineExceeded)
    expect(await observed((client) => all(client.watch({}, { timeoutMs: 0 })), left(-5))).toBe(Code.DeadlineExceeded)
  })

  test('all tries of a call share one deadline', async () => {
    const { client, timeouts } = target(failTimes(2, unavailable(40)))
    await client.read({})
    expect(timeouts[0]).toBeGreaterThan(4900)
    expect(timeouts[2]).toBeLessThanOrEqual((timeouts[0] ?? 0) - 75)
  })
})
