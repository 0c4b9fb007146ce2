import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallContext, runInCall } from '../infrastructure/call-context.ts'
import { AggregateQueues } from '../infrastructure/consumer/aggregate-queues.ts'
import { countForeground, restAfter } from '../infrastructure/foreground.ts'

describe('queues of aggregates', () => {
  it('run every task once, those of one key in order, never more at once than allowed, whatever the rests', async () => {
    const tasks = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), ms: fc.nat(2) }), {
      maxLength: 40,
    })
    const rests = fc.infiniteStream(fc.constantFrom(0, 0, 1, 3))
    await fc.assert(
      fc.asyncProperty(tasks, fc.integer({ min: 1, max: 4 }), rests, async (given, limit, rest) => {
        const done: { key: string; index: number }[] = []
        let running = 0
        let most = 0
        const queues = new AggregateQueues(limit, () => rest.next().value as number)
        for (const [index, { key, ms }] of given.entries())
          queues.add(key, async () => {
            running += 1
            most = Math.max(most, running)
            await sleep(ms)
            running -= 1
            done.push({ key, index })
          })
        await queues.idle()
        expect(done.map(({ index }) => index).sort((a, b) => a - b)).toEqual(given.map((_, index) => index))
        for (const ofKey of Map.groupBy(done, ({ key }) => key).values())
          expect(ofKey.map(({ index }) => index)).toEqual(ofKey.map(({ index }) => index).sort((a, b) => a - b))
        expect(most).toBeLessThanOrEqual(limit)
      }),
      { numRuns: 30 },
    )
  })

  it('begin nothing while they rest, and rest only while more waits', async () => {
    const begun: number[] = []
    const asked: number[] = []
    const queues = new AggregateQueues(2, (workedMs) => {
      asked.push(workedMs)
      return 200
    })
    for (const key of ['a', 'b', 'c', 'd'])
      queues.add(key, async () => {
        begun.push(performance.now())
        await sleep(key === 'a' ? 10 : 30)
      })
    await queues.idle()
    const [a = 0, b = 0, c = 0, d = 0] = begun
    expect(b - a).toBeLessThan(30)
    // After the slower of the first two, and the rest.
    expect(c - b).toBeGreaterThan(225)
    expect(d - c).toBeLessThan(30)
    expect(asked).toHaveLength(2) // by the first two; nothing waited behind the others
    queues.add('e', async () => void begun.push(performance.now()))
    await queues.idle()
    expect((begun[4] ?? 0) - d).toBeLessThan(150)
  })
})

describe('a backlog', () => {
  const callOf = (principal: CallContext['principal']): CallContext => ({
    principal,
    actor: '',
    correlationId: '',
    causationId: '',
    cause: '',
    traceparent: undefined,
    address: '',
    deadline: undefined,
    signal: new AbortController().signal,
  })
  const user: CallContext['principal'] = { kind: 'user', userId: 'u', sessionId: 's', roles: [] }
  const during = (principal: CallContext['principal'], look: () => number) =>
    runInCall(callOf(principal), () => countForeground(async () => look()))

  it('rests while users are served, and soon after; fresh events, and work beside services only, never do', async () => {
    const late = () => restAfter(10, 60_000)
    await sleep(50)
    expect(late()).toBe(0)
    expect(await during({ kind: 'service', name: 'story' }, late)).toBe(0)
    expect(await during(user, () => restAfter(10, 100))).toBe(0)
    expect(await during(user, late)).toBeGreaterThan(10)
    expect(late()).toBeGreaterThan(10)
    expect(restAfter(3_600_000, 60_000)).toBe(1000)
    await sleep(50)
    expect(late()).toBe(0)
    await expect(
      runInCall(callOf(user), () => countForeground(() => Promise.reject(new Error('no')))),
    ).rejects.toThrow()
    await sleep(50)
    expect(late()).toBe(0)
  })
})
