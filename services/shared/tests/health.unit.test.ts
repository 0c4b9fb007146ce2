import { setTimeout as sleep } from 'node:timers/promises'
import { createHandlerContext, type HandlerContext, type ServiceImpl } from '@connectrpc/connect'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Health as HealthService, HealthCheckResponse_ServingStatus as Status } from '#gen/health/v1/health_pb.ts'
import { Health, healthRoute, type ServingStatus } from '../presentation/health.ts'
import { type Condition, healthReport } from '../presentation/health-report.ts'

const STORY = 'troupe.story.v1.StoryService'

const setUp = (maxWatchers?: number) => {
  const health = new Health()
  const { implementation } = healthRoute(health, [STORY], maxWatchers)
  const handlers = implementation as ServiceImpl<typeof HealthService>
  const request = (service: string) => ({ $typeName: 'grpc.health.v1.HealthCheckRequest' as const, service })
  const call = (abort = new AbortController()): HandlerContext =>
    createHandlerContext({
      service: HealthService,
      method: HealthService.method.watch,
      protocolName: 'grpc',
      requestMethod: 'POST',
      url: 'http://localhost/',
      requestSignal: abort.signal,
    })
  const check = async (service: string) => handlers.check(request(service), call())
  const watch = (service: string, abort = new AbortController()) =>
    handlers.watch(request(service), call(abort))[Symbol.asyncIterator]()
  const list = async () => handlers.list({ $typeName: 'grpc.health.v1.HealthListRequest' }, call())
  return { health, check, watch, list }
}

describe('Check and List', () => {
  test('tell what was set, for a service and for the whole server', async () => {
    const { health, check, list } = setUp()
    expect(await check('')).toEqual({ status: Status.NOT_SERVING })
    health.set('', 'SERVING')
    health.set(STORY, 'NOT_SERVING')
    expect(await check('')).toEqual({ status: Status.SERVING })
    expect(await check(STORY)).toEqual({ status: Status.NOT_SERVING })
    expect(await list()).toEqual({
      statuses: { '': { status: Status.SERVING }, [STORY]: { status: Status.NOT_SERVING } },
    })
  })

  test('Check of an unknown service is NOT_FOUND', async () => {
    await expect(setUp().check('no.Service')).rejects.toMatchObject({ kind: 'not-found', reason: 'SERVICE_UNKNOWN' })
  })

  test('setAll sets what was set before, and makes nothing known', async () => {
    const { health, check } = setUp()
    health.set(STORY, 'SERVING')
    health.setAll('NOT_SERVING')
    expect(await check('')).toEqual({ status: Status.NOT_SERVING })
    expect(await check(STORY)).toEqual({ status: Status.NOT_SERVING })
    expect(health.status('no.Service')).toBe('SERVICE_UNKNOWN')
  })
})

describe('Watch', () => {
  test('begins with SERVICE_UNKNOWN, stays open, and tells when the service becomes known', async () => {
    const { health, watch } = setUp()
    const stream = watch(STORY)
    expect(await stream.next()).toEqual({ done: false, value: { status: Status.SERVICE_UNKNOWN } })
    const next = stream.next()
    health.set('another.Service', 'SERVING')
    health.set(STORY, 'SERVING')
    expect((await next).value).toEqual({ status: Status.SERVING })
  })

  test('does not repeat a status that did not change', async () => {
    const { health, watch } = setUp()
    health.set(STORY, 'SERVING')
    const stream = watch(STORY)
    await stream.next()
    const next = stream.next()
    health.set(STORY, 'SERVING')
    const early = await Promise.race([next, sleep(20, 'nothing')])
    expect(early).toBe('nothing')
    health.setAll('NOT_SERVING')
    expect((await next).value).toEqual({ status: Status.NOT_SERVING })
  })

  test('a change while the reader is busy is not missed', async () => {
    const { health, watch } = setUp()
    const stream = watch('')
    await stream.next()
    health.set('', 'SERVING')
    expect((await stream.next()).value).toEqual({ status: Status.SERVING })
  })

  test('whatever the changes, readers end with the last status and see no status twice in a row', async () => {
    const status = fc.constantFrom<ServingStatus>('SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(status, fc.boolean()), { minLength: 1 }), async (changes) => {
        const { health, watch } = setUp()
        const abort = new AbortController()
        const seen: unknown[] = []
        const stream = watch(STORY, abort)
        const reader = (async () => {
          for (let step = await stream.next(); !step.done; step = await stream.next()) seen.push(step.value.status)
        })()
        for (const [next, pause] of changes) {
          health.set(STORY, next)
          if (pause) await sleep(0)
        }
        await sleep(0)
        abort.abort()
        await reader
        expect(seen.at(-1)).toBe(Status[changes.at(-1)![0]])
        expect(seen.some((value, index) => value === seen[index - 1])).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test('ends when aborted, also before it began, and frees its place', async () => {
    const { watch } = setUp(1)
    const abort = new AbortController()
    const stream = watch('', abort)
    await stream.next()
    await expect(watch('').next()).rejects.toMatchObject({ kind: 'exhausted', reason: 'HEALTH_WATCHERS' })
    const next = stream.next()
    abort.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    expect((await watch('', abort).next()).done).toBe(true)
    expect((await watch('').next()).value).toEqual({ status: Status.NOT_SERVING })
  })

  test('a reader that goes away frees its place', async () => {
    const { watch } = setUp(1)
    const stream = watch('')
    await stream.next()
    await stream.return?.()
    expect((await watch('').next()).done).toBe(false)
  })
})

describe('healthReport', () => {
  afterEach(() => vi.useRealTimers())

  const answering = (condition: Condition) => async () => condition
  const statusOf = async (database: Condition, eventBus: Condition) => {
    const checks = { database: answering(database), eventBus: answering(eventBus) }
    return healthReport(checks, { version: '1.2.3', onFailure: () => expect.unreachable() })
  }

  test('has the shape that monitors read', async () => {
    expect(await statusOf('healthy', 'healthy')).toEqual({
      status: 'healthy',
      version: '1.2.3',
      dependencies: { database: 'healthy', eventBus: 'healthy' },
    })
  })

  test.each<[Condition, Condition, Condition]>([
    ['healthy', 'degraded', 'degraded'],
    ['healthy', 'unhealthy', 'degraded'],
    ['degraded', 'healthy', 'degraded'],
    ['unhealthy', 'healthy', 'unhealthy'],
    ['unhealthy', 'unhealthy', 'unhealthy'],
  ])('database %s and event bus %s make %s', async (database, eventBus, whole) => {
    expect((await statusOf(database, eventBus)).status).toBe(whole)
  })

  test('a check that throws is unhealthy, and its reason is told', async () => {
    const failures: unknown[] = []
    const gone = new Error('connection refused')
    const checks = {
      database: answering('healthy'),
      eventBus: () => {
        throw gone
      },
      cache: () => Promise.reject(gone),
    }
    const report = await healthReport(checks, { version: '1', onFailure: (...failure) => failures.push(failure) })
    expect(report.dependencies).toEqual({ database: 'healthy', eventBus: 'unhealthy', cache: 'unhealthy' })
    expect(report.status).toBe('degraded')
    expect(failures).toEqual([
      ['eventBus', gone],
      ['cache', gone],
    ])
  })

  test('a check that does not answer is given up after 2 s, and holds no other up', async () => {
    vi.useFakeTimers()
    const failures: string[] = []
    const checks = { database: () => new Promise<Condition>(() => {}), eventBus: answering('healthy') }
    const report = healthReport(checks, { version: '1', onFailure: (name) => failures.push(name) })
    await vi.advanceTimersByTimeAsync(1_999)
    expect(failures).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await report).toMatchObject({ status: 'unhealthy', dependencies: { eventBus: 'healthy' } })
    expect(failures).toEqual(['database'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
