import { create } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { GetClockResponseSchema, SetClockResponseSchema } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { DomainError } from '../domain/errors.ts'
import { dateOf, timestamp } from '../domain/timestamp.ts'
import { advanceClock, type ClockClient } from '../presentation/mesh/advance-clock.ts'
import { clockIsAhead } from '../presentation/mesh/context-clock.ts'

const start = Date.parse('2030-01-01T00:00:00Z')

interface Timer {
  due: number
  /** Set when this one fires: in which context, and how much later it is due. */
  next?: { context: string; after: number }
}

interface Firing {
  context: string
  due: number
  at: number
}

const precondition = (reason: string) =>
  new ConnectError(reason, Code.FailedPrecondition, undefined, [{ desc: ErrorInfoSchema, value: { reason } }])

/** Contexts whose clocks stand still unless moved, and that take a few looks to fire what is due. */
class Contexts {
  readonly fired: Firing[] = []
  private readonly timers = new Map<string, Timer[]>()
  private readonly clocks = new Map<string, number>()
  private readonly slowness: number
  private readonly looks = new Map<string, number>()

  constructor(names: readonly string[], slowness: number) {
    this.slowness = slowness
    for (const name of names) {
      this.timers.set(name, [])
      this.clocks.set(name, start)
    }
  }

  set(context: string, timer: Timer): void {
    this.timers.get(context)?.push(timer)
  }

  now(context: string): number {
    return this.clocks.get(context) as number
  }

  private fireOne(context: string): void {
    const own = this.timers.get(context) as Timer[]
    const timer = own.toSorted((a, b) => a.due - b.due)[0]
    if (!timer || timer.due > this.now(context)) return
    own.splice(own.indexOf(timer), 1)
    this.fired.push({ context, due: timer.due, at: this.now(context) })
    if (timer.next) this.set(timer.next.context, { due: this.now(context) + timer.next.after })
  }

  readonly clientAt = (): ClockClient => ({
    getClock: async ({ context }) => {
      const looks = (this.looks.get(context) ?? 0) + 1
      this.looks.set(context, looks)
      const next = Math.min(...(this.timers.get(context) as Timer[]).map(({ due }) => due))
      const quiet = next > this.now(context)
      if (!quiet && looks % (this.slowness + 1) === 0) this.fireOne(context)
      return create(GetClockResponseSchema, {
        now: timestamp(new Date(this.now(context))),
        nextDue: Number.isFinite(next) ? timestamp(new Date(next)) : undefined,
        quiet,
      })
    },
    setClock: async ({ context, now }) => {
      const time = dateOf(now)?.getTime() ?? 0
      if (time < this.now(context)) throw precondition(clockIsAhead)
      this.clocks.set(context, time)
      return create(SetClockResponseSchema)
    },
  })
}

const names = ['story', 'identity', 'booking']
const delay = fc.integer({ min: 1, max: 1000 })
const setting = fc.record({
  context: fc.constantFrom(...names),
  due: delay,
  next: fc.option(fc.record({ context: fc.constantFrom(...names), after: delay }), { nil: undefined }),
})

describe('advanceClock', () => {
  it('fires timers in the order of their due times, each at its own time, and none beyond the target', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(setting, { maxLength: 12 }),
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 0, max: 3 }),
        async (settings, by, slowness) => {
          const mesh = new Contexts(names, slowness)
          for (const { context, due, next } of settings) mesh.set(context, { due: start + due, ...(next && { next }) })
          const { now, timers } = await advanceClock({ contexts: names, clientAt: mesh.clientAt, pollMs: 0 }, by)

          expect(now.getTime()).toBe(start + by)
          for (const name of names) expect(mesh.now(name)).toBe(start + by)
          for (const { at, due } of mesh.fired) expect(at).toBe(due)
          const order = mesh.fired.map(({ due }) => due)
          expect(order).toEqual(order.toSorted((a, b) => a - b))
          const reached = settings.flatMap(({ due, next }) => (next ? [due, due + next.after] : [due]))
          expect(order).toEqual(
            reached
              .filter((due) => due <= by)
              .map((due) => start + due)
              .toSorted((a, b) => a - b),
          )
          expect(timers).toBe(new Set(mesh.fired.map(({ context, due }) => `${context} ${due}`)).size)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('takes a context that is behind along through its own timers', async () => {
    const mesh = new Contexts(names, 0)
    await mesh.clientAt().setClock({ context: 'story', now: timestamp(new Date(start + 500)) })
    mesh.set('booking', { due: start + 200 })
    const { now } = await advanceClock({ contexts: names, clientAt: mesh.clientAt, pollMs: 0 }, 100)
    expect(now.getTime()).toBe(start + 600)
    expect(mesh.fired).toEqual([{ context: 'booking', due: start + 200, at: start + 200 }])
  })

  it('moves identity before the others', async () => {
    const mesh = new Contexts(names, 0)
    const moved: string[] = []
    const clientAt = (): ClockClient => ({
      ...mesh.clientAt(),
      setClock: async (request) => {
        moved.push(request.context)
        return mesh.clientAt().setClock(request)
      },
    })
    await advanceClock({ contexts: names, clientAt, pollMs: 0 }, 10)
    expect(moved).toEqual(['identity', 'story', 'booking'])
  })

  it('does not trust one quiet answer: work may have slipped by from a context to another', async () => {
    const mesh = new Contexts(['story'], 0)
    const answers = [true, false, true, true]
    const clientAt = (): ClockClient => ({
      ...mesh.clientAt(),
      getClock: async (request) => ({ ...(await mesh.clientAt().getClock(request)), quiet: answers.shift() ?? true }),
      setClock: async (request) => {
        expect(answers).toEqual([])
        return mesh.clientAt().setClock(request)
      },
    })
    await advanceClock({ contexts: ['story'], clientAt, pollMs: 0 }, 10)
    expect(mesh.now('story')).toBe(start + 10)
  })

  it('gives up on a mesh that does not come to rest, and says who works at what', async () => {
    const mesh = new Contexts(names, 0)
    const clientAt = (name: string): ClockClient => ({
      ...mesh.clientAt(),
      getClock: async (request) => {
        const answer = await mesh.clientAt().getClock(request)
        if (name !== 'booking') return answer
        return { ...answer, quiet: false, waitsFor: ['outbox: 3 events'] }
      },
    })
    const failure = await advanceClock({ contexts: names, clientAt, pollMs: 1, patienceMs: 20 }, 10).catch((e) => e)
    expect(failure).toBeInstanceOf(DomainError)
    expect(failure).toMatchObject({ kind: 'unavailable', reason: 'MESH_NOT_QUIET' })
    expect(failure.message).toBe('the mesh does not come to rest: booking (outbox: 3 events)')
    expect(mesh.now('story')).toBe(start)
  })

  it('passes on what a context refuses, and stops when its caller leaves', async () => {
    const mesh = new Contexts(names, 0)
    const off = (): ClockClient => ({
      ...mesh.clientAt(),
      setClock: async () => {
        throw precondition('TIME_TRAVEL_OFF')
      },
    })
    await expect(advanceClock({ contexts: names, clientAt: off, pollMs: 0 }, 10)).rejects.toThrow('TIME_TRAVEL_OFF')
    const signal = AbortSignal.abort(new Error('left'))
    await expect(advanceClock({ contexts: names, clientAt: mesh.clientAt, signal }, 10)).rejects.toThrow('left')
    expect(mesh.now('story')).toBe(start)
  })
})

it('hears every context out before it fails, so that no call that would tell that one is back is cancelled', async () => {
  const heard: string[] = []
  const clientAt = (name: string): ClockClient => ({
    getClock: async () => {
      if (name === 'a') throw precondition('NOT_NOW')
      await new Promise((done) => setTimeout(done, 20))
      heard.push(name)
      return create(GetClockResponseSchema, { now: timestamp(new Date(start)), quiet: true })
    },
    setClock: async () => create(SetClockResponseSchema),
  })
  const contexts = ['a', 'b', 'c']
  await expect(advanceClock({ contexts, clientAt }, 1)).rejects.toMatchObject({ code: Code.FailedPrecondition })
  expect(heard).toEqual(['b', 'c'])
})
