import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { create } from '@bufbuild/protobuf'
import { StringValueSchema } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { cancelTimer, command, end, timer } from '../application/process-output.ts'
import type { CallCommand, CommandCall } from '../infrastructure/process/parts.ts'
import { orderProcess, returnDays } from './order-process.ts'
import { OrderCancelledSchema, OrderPlacedSchema, OrderService } from './order-service.ts'
import { countingProcess, instances, orderCallee, type Replica, replica } from './process-replica.ts'
import { type SuiteDatabase, suiteDatabase } from './suite-database.ts'

const { reserve, charge, release } = OrderService.method
const dayMs = 24 * 3600 * 1000
const soon = { timeout: 5000, interval: 10 }
const ok = create(StringValueSchema, { value: 'ok' })

let suite: SuiteDatabase
const replicas: Replica[] = []
let serial = 0

const open = async (options: Omit<Parameters<typeof replica>[0], 'url'>): Promise<Replica> => {
  const made = await replica({ url: suite.url, ...options })
  replicas.push(made)
  made.runner.start()
  return made
}

/** Tests share the database; each has processes of its own. */
const fresh = (name: string) => `${name}-${++serial}`
const place = (on: Replica, orderId: string, eventId: string = randomUUID()) =>
  on.tell(OrderPlacedSchema, { orderId }, eventId)
const cancel = (on: Replica, orderId: string) => on.tell(OrderCancelledSchema, { orderId }, randomUUID())
const commandsOf = (on: Replica, process: string) =>
  on.database.sql('select * from process_commands where process = $1 order by created_at, id', process)
const never = () => new Promise<never>(() => {})

beforeAll(async () => {
  suite = await suiteDatabase('process')
})
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((each) => each.close()))
})
afterAll(() => suite.drop())

describe('a process', () => {
  it('goes from its event over commands to its end, undoing what was done', async () => {
    const name = fresh('orders')
    const callee = orderCallee()
    const call: CallCommand = (method, request, options) => {
      if (method.name !== 'Charge') return callee.call(method, request, options)
      const details = [{ desc: ErrorInfoSchema, value: { reason: 'CARD_DECLINED', domain: 'payment' } }]
      throw new ConnectError('declined', Code.FailedPrecondition, undefined, details)
    }
    const one = await open({ processes: [orderProcess(name)], call })
    await place(one, 'o-1')
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ ended: true }]), soon)
    expect(callee.effects).toEqual(['reserve o-1', 'release o-1'])
    expect(await commandsOf(one, name)).toMatchObject([
      { step: 'reserve', outcome: 'ANSWERED' },
      { step: 'charge', outcome: 'REFUSED', outcome_detail: 'FAILED_PRECONDITION CARD_DECLINED: declined' },
      { step: 'release', outcome: 'ANSWERED' },
    ])
  })

  it('hands on who, why and which trace with each call', async () => {
    const name = fresh('causes')
    const calls: CommandCall[] = []
    const call: CallCommand = async (_, __, options) => {
      calls.push(options)
      return ok
    }
    const process = countingProcess(name, (_, message) => {
      if (message.kind === 'event') return [command('reserve', reserve, {})]
      return message.kind === 'answer' && message.step === 'reserve' ? [command('charge', charge, {})] : [end()]
    })
    const one = await open({ processes: [process], call })
    const eventId = randomUUID()
    await one.tell(OrderPlacedSchema, { orderId: 'o-1' }, eventId, 'user-7')
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ ended: true }]), soon)
    const [first, second] = await commandsOf(one, name)
    expect([first?.causation_id, second?.causation_id]).toEqual([eventId, first?.id])
    expect(calls).toMatchObject(
      [first, second].map((row) => ({
        idempotencyKey: row?.id,
        causationId: row?.id,
        correlationId: `cause-of-${eventId}`,
        actor: 'user-7',
      })),
    )
    for (const { timeoutMs } of calls) expect(timeoutMs).toBeGreaterThan(0)
  })

  it('takes an event once, however often it comes', async () => {
    const name = fresh('repeats')
    const process = countingProcess(name, () => [command('reserve', reserve, {})])
    const one = await open({ processes: [process], call: never })
    const eventId = randomUUID()
    await Promise.all([place(one, 'o-1', eventId), place(one, 'o-1', eventId)])
    await place(one, 'o-1', eventId)
    expect(await instances(one.database, name)).toMatchObject([{ state: { OrderPlaced: 1 } }])
    expect(await commandsOf(one, name)).toHaveLength(1)
  })

  it('takes eight answers at once, each exactly once', async () => {
    const name = fresh('fan')
    const steps = Array.from({ length: 8 }, (_, index) => `s${index}`)
    const process = countingProcess(name, (_, { kind }) =>
      kind === 'event' ? steps.map((step) => command(step, reserve, {})) : [],
    )
    const one = await open({ processes: [process], call: async () => ok })
    await place(one, 'o-1')
    const state = { OrderPlaced: 1, ...Object.fromEntries(steps.map((step) => [`${step} answered`, 1])) }
    await vi.waitFor(async () => expect((await instances(one.database, name))[0]?.state).toEqual(state), soon)
  })

  it('hears nothing after its end: neither events nor answers nor timers', async () => {
    const name = fresh('ended')
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const process = countingProcess(name, (_, { kind, at }) =>
      kind === 'event' ? [command('reserve', reserve, {}), timer('t', new Date(at.getTime() + 50)), end()] : [],
    )
    const one = await open({ processes: [process], call: () => answered.then(() => ok) })
    await place(one, 'o-1')
    await place(one, 'o-1')
    await cancel(one, 'o-1')
    answer()
    await vi.waitFor(async () => expect(await commandsOf(one, name)).toMatchObject([{ outcome: 'ANSWERED' }]), soon)
    expect(await instances(one.database, name)).toMatchObject([{ state: { OrderPlaced: 1 }, ended: true }])
    expect(await one.runner.nextDue()).toBeUndefined()
  })

  it('that was undone before it was done does not start', async () => {
    const name = fresh('orders')
    const callee = orderCallee()
    const one = await open({ processes: [orderProcess(name)], call: callee.call })
    await cancel(one, 'o-1')
    await place(one, 'o-1')
    expect(await instances(one.database, name)).toMatchObject([{ ended: true }])
    expect(await commandsOf(one, name)).toEqual([])
  })

  it('that fails on an answer keeps its command, holds nobody else up, and goes on once mended', async () => {
    const name = fresh('broken')
    let isBroken = true
    const process = countingProcess(name, (_, message) => {
      if (message.kind === 'event') return [command('reserve', reserve, { value: message.event.$typeName })]
      if (isBroken) throw new Error('a mistake in decide')
      return [end()]
    })
    const healthy = fresh('healthy')
    const other = countingProcess(healthy, (_, { kind }) =>
      kind === 'event' ? [command('reserve', reserve, {})] : [end()],
    )
    const one = await open({ processes: [process, other], call: async () => ok })
    await place(one, 'o-1')
    await vi.waitFor(async () => expect(await instances(one.database, healthy)).toMatchObject([{ ended: true }]), soon)
    await vi.waitFor(() => expect(one.lines.join()).toContain('a mistake in decide'), soon)
    expect(await commandsOf(one, name)).toMatchObject([{ outcome: null, attempts: 1 }])
    isBroken = false
    // Until it is taken up: the worker logs before it holds the command, and its hold may come after this.
    await vi.waitFor(async () => {
      await one.database.sql(`update process_commands set claimed_until = '-infinity' where process = $1`, name)
      expect(await instances(one.database, name)).toMatchObject([{ ended: true }])
    }, soon)
    expect(await instances(one.database, name)).toMatchObject([{ state: { 'reserve answered': 1 } }])
  })
})

describe('a command', () => {
  const asking = (name: string) =>
    countingProcess(name, (_, { kind }) => (kind === 'event' ? [command('reserve', reserve, {})] : [end()]))

  it('is tried again with the same key until it is answered', async () => {
    const name = fresh('retried')
    const keys: string[] = []
    const codes = [Code.Unavailable, Code.DeadlineExceeded, Code.Aborted]
    const call: CallCommand = async (_, __, { idempotencyKey }) => {
      keys.push(idempotencyKey)
      const code = codes.shift()
      if (code) throw new ConnectError('not now', code)
      return ok
    }
    const one = await open({ processes: [asking(name)], call })
    await place(one, 'o-1')
    const state = { OrderPlaced: 1, 'reserve answered': 1 }
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ state }]), soon)
    expect(keys).toHaveLength(4)
    expect(new Set(keys).size).toBe(1)
  })

  it('comes back refused with code and reason, and is not tried again', async () => {
    const name = fresh('refused')
    let calls = 0
    const call: CallCommand = async () => {
      calls += 1
      const details = [{ desc: ErrorInfoSchema, value: { reason: 'NO_SUCH_ORDER', domain: 'orders' } }]
      throw new ConnectError('no such order', Code.NotFound, undefined, details)
    }
    const one = await open({ processes: [asking(name)], call })
    await place(one, 'o-1')
    const state = { OrderPlaced: 1, 'reserve NOT_FOUND NO_SUCH_ORDER': 1 }
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ state }]), soon)
    expect(calls).toBe(1)
  })

  it('expires by the clock of the mesh while nobody answers, and keeps the mesh busy until then', async () => {
    const name = fresh('expired')
    const call: CallCommand = async () => {
      throw new ConnectError('away', Code.Unavailable)
    }
    const one = await open({ processes: [asking(name)], call })
    await place(one, 'o-1')
    await sleep(300)
    expect(await one.runner.isQuiet(one.clock.now())).toBe(false)
    expect(await instances(one.database, name)).toMatchObject([{ state: { OrderPlaced: 1 }, ended: false }])
    await one.clock.travelTo(new Date(one.clock.now().getTime() + 10 * 60 * 1000))
    const state = { OrderPlaced: 1, 'reserve expired': 1 }
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ state }]), soon)
    expect(await commandsOf(one, name)).toMatchObject([{ outcome: 'EXPIRED' }])
    expect(await one.runner.isQuiet(one.clock.now())).toBe(true)
  })

  it('waits for its delay, which is when it is next due', async () => {
    const name = fresh('delayed')
    const process = countingProcess(name, (_, { kind }) =>
      kind === 'event' ? [command('reserve', reserve, {}, { delayMs: 3 * dayMs, expiresInMs: 1000 })] : [end()],
    )
    let calls = 0
    const call: CallCommand = async () => {
      calls += 1
      return ok
    }
    const one = await open({ processes: [process], call })
    const before = one.clock.now().getTime()
    await place(one, 'o-1')
    const next = await one.runner.nextDue()
    expect((next?.getTime() ?? 0) - before - 3 * dayMs).toBeLessThan(1000)
    expect(await one.runner.isQuiet(one.clock.now())).toBe(true)
    expect(calls).toBe(0)
    await one.clock.travelTo(next as Date)
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ ended: true }]), soon)
    expect(calls).toBe(1)
  })

  it('is made at once, also where the clock that wrote it was ahead', async () => {
    const name = fresh('ahead')
    const ahead = await replica({ url: suite.url, processes: [asking(name)], call: never })
    replicas.push(ahead)
    vi.spyOn(ahead.clock, 'now').mockReturnValue(new Date(ahead.clock.now().getTime() + dayMs))
    await place(ahead, 'o-1')
    const one = await open({ processes: [asking(name)], call: async () => ok })
    const state = { OrderPlaced: 1, 'reserve answered': 1 }
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ state }]), soon)
  })

  it('that nobody declared is refused before it is written', async () => {
    const name = fresh('undeclared')
    const process = { ...asking(name), commands: [release] }
    const one = await open({ processes: [process], call: never })
    await expect(place(one, 'o-1')).rejects.toThrow('does not declare')
    expect(await instances(one.database, name)).toEqual([])
  })
})

describe('a timer', () => {
  const timing = (name: string, afterMs: number) =>
    countingProcess(name, (_, { kind, at }) => (kind === 'event' ? [timer('t', new Date(at.getTime() + afterMs))] : []))

  it('fires within a second of its time', async () => {
    const name = fresh('prompt')
    const one = await open({ processes: [timing(name, 300)], call: never })
    const started = performance.now()
    await place(one, 'o-1')
    const state = { OrderPlaced: 1, t: 1 }
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ state }]), soon)
    const took = performance.now() - started
    expect(took).toBeGreaterThanOrEqual(300)
    expect(took).toBeLessThan(300 + 1000 + 700)
  })

  it('fires once with two replicas', async () => {
    const name = fresh('once')
    const [one] = await Promise.all([
      open({ processes: [timing(name, 200)], call: never }),
      open({ processes: [timing(name, 200)], call: never }),
    ])
    const ids = Array.from({ length: 30 }, (_, index) => `o-${index}`)
    await Promise.all(ids.map((id) => place(one, id)))
    await vi.waitFor(async () => expect(await one.runner.isQuiet(one.clock.now())).toBe(true), soon)
    await vi.waitFor(async () => expect(await one.runner.nextDue()).toBeUndefined(), soon)
    const rows = await instances(one.database, name)
    expect(rows).toHaveLength(30)
    for (const { state } of rows) expect(state).toEqual({ OrderPlaced: 1, t: 1 })
  })

  it('fires at once when the mesh travels to it', async () => {
    const name = fresh('orders')
    const one = await open({ processes: [orderProcess(name)], call: orderCallee().call })
    await place(one, 'o-1')
    await vi.waitFor(
      async () => expect(await instances(one.database, name)).toMatchObject([{ state: { at: 'returnable' } }]),
      soon,
    )
    const next = (await one.runner.nextDue()) as Date
    expect(Math.abs(next.getTime() - one.clock.now().getTime() - returnDays * dayMs)).toBeLessThan(5000)
    expect(await one.runner.isQuiet(one.clock.now())).toBe(true)
    const started = performance.now()
    await one.clock.travelTo(next)
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ ended: true }]), soon)
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('fires in order within an instance when many came due together', async () => {
    const name = fresh('ordered')
    const fired: string[] = []
    const names = ['c', 'a', 'd', 'b']
    const process = countingProcess(name, (_, message) => {
      if (message.kind === 'timer') fired.push(message.name)
      if (message.kind !== 'event') return []
      return names.map((each, index) => timer(each, new Date(message.at.getTime() + dayMs + index)))
    })
    const one = await open({ processes: [process], call: never })
    await place(one, 'o-1')
    await one.clock.travelTo(new Date(one.clock.now().getTime() + 2 * dayMs))
    await vi.waitFor(() => expect(fired).toEqual(names), soon)
  })

  it('set again replaces itself, also from its own message; taken back it never fires', async () => {
    const name = fresh('again')
    const process = countingProcess(name, (seen, { kind, at }) => {
      const inMs = (milliseconds: number) => new Date(at.getTime() + milliseconds)
      if (kind === 'event') return [timer('gone', inMs(60)), timer('t', inMs(dayMs)), timer('t', inMs(50))]
      return seen.t === 1 ? [timer('t', inMs(50)), cancelTimer('gone')] : []
    })
    const one = await open({ processes: [process], call: never, claimMs: 200 })
    await place(one, 'o-1')
    const state = { OrderPlaced: 1, t: 2 }
    await vi.waitFor(async () => expect((await instances(one.database, name))[0]?.state).toEqual(state), soon)
    const rows = await one.database.sql(
      'select name, outcome from process_timers where process = $1 order by name, due_at',
      name,
    )
    expect(rows).toEqual([
      { name: 'gone', outcome: 'CANCELLED' },
      { name: 't', outcome: 'FIRED' },
      { name: 't', outcome: 'FIRED' },
    ])
  })
})

describe('a runner', () => {
  const asking = (name: string) =>
    countingProcess(name, (_, { kind }) => (kind === 'event' ? [command('reserve', reserve, {})] : [end()]))

  it('shares the work with another, each at most eight at once, no command twice', async () => {
    const name = fresh('shared')
    const keys: string[] = []
    const most = [0, 0]
    const callOn = (index: 0 | 1): CallCommand => {
      let running = 0
      return async (_, __, { idempotencyKey }) => {
        keys.push(idempotencyKey)
        running += 1
        most[index] = Math.max(most[index] as number, running)
        await sleep(40)
        running -= 1
        return ok
      }
    }
    const one = await open({ processes: [asking(name)], call: callOn(0), claimMs: 1000 })
    await open({ processes: [asking(name)], call: callOn(1), claimMs: 1000 })
    const ids = Array.from({ length: 60 }, (_, index) => `o-${index}`)
    await Promise.all(ids.map((id) => place(one, id)))
    await vi.waitFor(async () => {
      const rows = await instances(one.database, name)
      expect(rows.filter((row) => row.ended)).toHaveLength(60)
    }, soon)
    expect(new Set(keys).size).toBe(60)
    expect(keys).toHaveLength(60)
    for (const each of most) {
      expect(each).toBeGreaterThan(0)
      expect(each).toBeLessThanOrEqual(8)
    }
  })

  it('keeps its claim on a call that takes longer than the claim', async () => {
    const name = fresh('long')
    let calls = 0
    const call: CallCommand = async () => {
      calls += 1
      await sleep(1500)
      return ok
    }
    const one = await open({ processes: [asking(name)], call, claimMs: 400 })
    await open({ processes: [asking(name)], call, claimMs: 400 })
    await place(one, 'o-1')
    await vi.waitFor(async () => expect(await instances(one.database, name)).toMatchObject([{ ended: true }]), soon)
    expect(calls).toBe(1)
    expect(await commandsOf(one, name)).toMatchObject([{ attempts: 1 }])
  })

  it('that lost its claim in mid-call, and the one that took it, together give one answer', async () => {
    const name = fresh('overtaken')
    let calls = 0
    let answer = () => {}
    const bothRun = new Promise<void>((resolve) => {
      answer = resolve
    })
    const call: CallCommand = async () => {
      calls += 1
      const isFirst = calls === 1
      await bothRun
      if (isFirst) return ok
      throw new ConnectError('no such order', Code.NotFound)
    }
    const process = countingProcess(name, (_, { kind }) => (kind === 'event' ? [command('reserve', reserve, {})] : []))
    const one = await open({ processes: [process], call })
    await place(one, 'o-1')
    await vi.waitFor(() => expect(calls).toBe(1), soon)
    await open({ processes: [process], call })
    // Until the other takes it up: the first may claim again what it is still at.
    await vi.waitFor(async () => {
      await one.database.sql(`update process_commands set claimed_until = '-infinity' where process = $1`, name)
      expect(calls).toBe(2)
    }, soon)
    answer()
    await vi.waitFor(async () => expect(await one.runner.isQuiet(one.clock.now())).toBe(true), soon)
    await Promise.all(replicas.map(({ runner }) => runner.stop()))
    const [row] = await commandsOf(one, name)
    const told = row?.outcome === 'ANSWERED' ? 'reserve answered' : 'reserve NOT_FOUND '
    expect(await instances(one.database, name)).toMatchObject([{ state: { OrderPlaced: 1, [told]: 1 } }])
    expect(Object.keys((await instances(one.database, name))[0]?.state ?? {})).toHaveLength(2)
  })

  it('waits for running calls when it stops', async () => {
    const name = fresh('stopping')
    let calls = 0
    const call: CallCommand = async () => {
      calls += 1
      await sleep(200)
      return ok
    }
    const one = await open({ processes: [asking(name)], call })
    await place(one, 'o-1')
    await vi.waitFor(() => expect(calls).toBe(1), soon)
    await one.runner.stop()
    expect(await instances(one.database, name)).toMatchObject([{ ended: true }])
  })

  it('leaves what does not end in time to another, at once', async () => {
    const name = fresh('leaving')
    let calls = 0
    const stuck: CallCommand = () => {
      calls += 1
      return never()
    }
    const one = await open({ processes: [asking(name)], call: stuck })
    await place(one, 'o-1')
    await vi.waitFor(() => expect(calls).toBe(1), soon)
    const started = performance.now()
    await one.runner.stop(100)
    expect(performance.now() - started).toBeLessThan(1000)
    const two = await open({ processes: [asking(name)], call: async () => ok })
    await vi.waitFor(async () => expect(await instances(two.database, name)).toMatchObject([{ ended: true }]), soon)
    expect(performance.now() - started).toBeLessThan(2500)
  })
})
