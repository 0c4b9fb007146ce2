import { setTimeout as sleep } from 'node:timers/promises'
import { Code } from '@connectrpc/connect'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallContext } from '../infrastructure/call-context.ts'
import { addressMarks } from '../infrastructure/network-address.ts'
import { countCall, type RateLimitPolicy } from '../infrastructure/rate-limits.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { rateLimiting } from '../presentation/rate-limiting.ts'
import { anyCall, openFixture } from './fixture.ts'
import { ProbeService } from './probe-service.ts'
import { suiteDatabase } from './suite-database.ts'
import { caller, refusalOf } from './unary-call.ts'

type Fixture = Awaited<ReturnType<typeof openFixture>>
let suite: Awaited<ReturnType<typeof suiteDatabase>>
let one: Fixture
let other: Fixture

beforeAll(async () => {
  suite = await suiteDatabase('rate_limits')
  one = await openFixture(suite.url)
  other = await openFixture(suite.url)
})

afterAll(async () => {
  await one.database.close()
  await other.database.close()
  await suite.drop()
})

const policy = (limit: number, windowMs: number): RateLimitPolicy => ({ name: 'p', limit, windowMs })
const hour = 3_600_000

const burst = (calls: number, limits: RateLimitPolicy, key: string, offset = 0) =>
  Promise.all(Array.from({ length: calls }, (_, n) => countCall((n % 2 ? one : other).database, limits, key, offset)))

const allowed = (outcomes: { allowed: boolean }[]) => outcomes.filter((outcome) => outcome.allowed).length

describe('a rate limit', () => {
  it('is exact for two hundred calls at once over two pools', async () => {
    expect(allowed(await burst(200, policy(100, hour), uuidv7()))).toBe(100)
  })

  it('lets exactly as many as it says come at once, in whatever order they are counted', async () => {
    for (let n = 0; n < 30; n += 1) expect(allowed(await burst(8, policy(8, hour), uuidv7()))).toBe(8)
  })

  it('tells how many are left', async () => {
    for (const limit of [3, 7, 60, 999]) {
      const key = uuidv7()
      const left: number[] = []
      for (let n = 0; n < 3; n += 1) left.push((await countCall(one.database, policy(limit, hour), key, 0)).remaining)
      expect(left).toEqual([limit - 1, limit - 2, limit - 3])
    }
  })

  it('pays back evenly and tells when: at that time a call is let in, and shortly before it is not', async () => {
    const limits = policy(5, 1000)
    const key = uuidv7()
    expect(allowed(await burst(5, limits, key))).toBe(5)
    const refused = await countCall(one.database, limits, key, 0)
    expect(refused).toMatchObject({ allowed: false, remaining: 0 })
    expect(refused.retryAfterMs).toBeGreaterThan(100)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(200)
    const again = await countCall(one.database, limits, key, refused.retryAfterMs - 60)
    expect(again.allowed).toBe(false)
    await sleep(refused.retryAfterMs + 5)
    expect(allowed(await burst(3, limits, key))).toBe(1)
    await sleep(405)
    expect(allowed(await burst(5, limits, key))).toBe(2)
  })

  it('tells every refused call the truth about when to come back, the first ones too', async () => {
    for (let n = 0; n < 20; n += 1) {
      const outcomes = await burst(6, policy(1, 10_000), uuidv7())
      expect(allowed(outcomes)).toBe(1)
      for (const outcome of outcomes) {
        if (outcome.allowed) continue
        expect(outcome.retryAfterMs).toBeGreaterThan(9000)
        expect(outcome.retryAfterMs).toBeLessThanOrEqual(10_000)
      }
    }
  })

  it('goes by the time of the mesh', async () => {
    const key = uuidv7()
    expect(allowed(await burst(12, policy(10, hour), key))).toBe(10)
    expect(allowed(await burst(12, policy(10, hour), key, hour / 2))).toBe(5)
    expect(allowed(await burst(12, policy(10, hour), key, 10 * hour))).toBe(10)
  })

  it('never lets in more than its burst and what was paid back since', async () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 6 })), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (limit, calls) => {
        const key = uuidv7()
        const started = performance.now()
        let offset = 0
        let let_in = 0
        for (const [pause, count] of calls) {
          offset += pause
          let_in += allowed(await burst(count, policy(limit, 1000), key, offset))
          const passed = offset + (performance.now() - started)
          expect(let_in).toBeLessThanOrEqual(limit + Math.floor((passed * limit) / 1000))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('keeps keys apart', async () => {
    const key = uuidv7()
    await burst(3, policy(3, hour), key)
    expect(allowed(await burst(3, policy(3, hour), `${key}:`))).toBe(3)
    expect(allowed(await burst(3, { ...policy(3, hour), name: 'q' }, key))).toBe(3)
  })
})

describe('a limited rpc', () => {
  const addressMark = addressMarks(new Uint8Array(32))
  const limited = (scale = 1, offset = 0) =>
    caller([rateLimiting({ database: one.database, scale, clockOffsetMs: () => offset, addressMark })], (text) => text)
  const user = (userId: string, address = '10.0.0.1'): CallContext =>
    anyCall({ principal: { kind: 'user', userId, sessionId: '', roles: [] }, address })
  const nobody = (address: string): CallContext => anyCall({ principal: { kind: 'anonymous' }, address })
  const { limited: perCaller, limitedByAddress, write } = ProbeService.method

  it('answers with what is left, then refuses with when to come back', async () => {
    const call = limited()
    const ann = user(uuidv7())
    const first = await call(perCaller, 'a', { call: ann })
    expect(first.header.get('ratelimit-policy')).toBe('"probe.limited";q=10;w=10')
    expect(first.header.get('ratelimit')).toBe('"probe.limited";r=9;t=1')
    for (let n = 0; n < 9; n += 1) await call(perCaller, 'a', { call: ann })
    const response = new Headers()
    const refusal = await refusalOf(call(perCaller, 'a', { call: ann, response }))
    expect(refusal).toMatchObject({ code: Code.ResourceExhausted, reason: 'RATE_LIMITED' })
    expect(refusal.retryAfterMs).toBeGreaterThan(0)
    expect(refusal.retryAfterMs).toBeLessThanOrEqual(1000)
    expect(refusal.metadata.get('retry-after')).toBe('1')
    expect(response.get('ratelimit')).toBe('"probe.limited";r=0;t=1')
  })

  it('counts users apart, whatever their address, and anonymous callers by address', async () => {
    const call = limited()
    const fill = async (context: CallContext) => {
      for (let n = 0; n < 10; n += 1) await call(perCaller, 'a', { call: context })
      return (await refusalOf(call(perCaller, 'a', { call: context }))).reason
    }
    const [ann, ben, here, there] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()]
    expect(await fill(user(ann))).toBe('RATE_LIMITED')
    expect((await refusalOf(call(perCaller, 'a', { call: user(ann, '10.0.0.2') }))).reason).toBe('RATE_LIMITED')
    expect(await fill(user(ben))).toBe('RATE_LIMITED')
    expect(await fill(nobody(here))).toBe('RATE_LIMITED')
    await call(perCaller, 'a', { call: nobody(there) })
  })

  it('counts by address where the contract says so', async () => {
    const call = limited()
    const here = uuidv7()
    for (let n = 0; n < 10; n += 1) await call(limitedByAddress, 'a', { call: user(uuidv7(), here) })
    expect((await refusalOf(call(limitedByAddress, 'a', { call: user(uuidv7(), here) }))).reason).toBe('RATE_LIMITED')
  })

  it('counts a whole /64 of IPv6 as one, and keeps no address', async () => {
    const call = limited()
    const block = `2001:db8:${(Date.now() % 65536).toString(16)}:7`
    for (let n = 0; n < 10; n += 1) await call(limitedByAddress, 'a', { call: nobody(`${block}::${n}`) })
    const same = nobody(`${block}:1:2:3:4`)
    expect((await refusalOf(call(limitedByAddress, 'a', { call: same }))).reason).toBe('RATE_LIMITED')
    await call(limitedByAddress, 'a', { call: nobody(`${block}7::1`) })
    const rows = await one.database.sql('select 1 from rate_limits where position($1 in key) > 0', block)
    expect(rows).toEqual([])
  })

  it('is multiplied by the scale', async () => {
    const call = limited(2)
    const ann = user(uuidv7())
    for (let n = 0; n < 20; n += 1) await call(perCaller, 'a', { call: ann })
    expect((await refusalOf(call(perCaller, 'a', { call: ann }))).reason).toBe('RATE_LIMITED')
  })

  it('does not limit services, nor what states no limit', async () => {
    const call = limited()
    const service = anyCall({ principal: { kind: 'service', name: 'story' }, address: uuidv7() })
    for (let n = 0; n < 15; n += 1) await call(perCaller, 'a', { call: service })
    const ann = user(uuidv7())
    for (let n = 0; n < 15; n += 1) expect((await call(write, 'a', { call: ann })).header.has('ratelimit')).toBe(false)
  })
})
