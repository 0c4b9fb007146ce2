import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { command, end, timer } from '../application/process-output.ts'
import { type Database, openDatabase } from '../infrastructure/database.ts'
import type { CallCommand } from '../infrastructure/process/parts.ts'
import { testLog } from './fixture.ts'
import { OrderPlacedSchema, OrderService } from './order-service.ts'
import { countingProcess, instances, orderCallee, replica } from './process-replica.ts'
import { type SuiteDatabase, suiteDatabase } from './suite-database.ts'

const { reserve, charge, refund } = OrderService.method
const claimMs = 250
const atOnce = 6
const lastPoint = 36

let suite: SuiteDatabase
/** Of all machines that live: a new connection costs more than what is done on it. */
let database: Database
beforeAll(async () => {
  suite = await suiteDatabase('process-crash')
  database = openDatabase({ url: suite.url, poolSize: 4, entities: [], log: testLog })
})
afterAll(async () => {
  await database.close()
  await suite.drop()
})

/** Two commands and a timer side by side; when all three are back, one more command, and the end. */
const joining = (name: string) =>
  countingProcess(name, (seen, message) => {
    if (message.kind === 'event') {
      const soon = new Date(message.at.getTime() + 20)
      return [command('a', reserve, { value: 'a' }), command('b', charge, { value: 'b' }), timer('t', soon)]
    }
    if (seen['c answered']) return [end()]
    return seen['a answered'] && seen['b answered'] && seen.t ? [command('c', refund, { value: 'c' })] : []
  })

type Moment = 'before' | 'after'

/**
 * A machine that dies at the nth thing it does, a statement or a call: before it is done, or when it is done and the
 * answer is on its way. A dead machine does nothing more and sees nothing more; its connections stay open.
 */
const mortal = (nth: number, moment: Moment) => {
  let done = 0
  let dead = false
  let die = () => {}
  const died = new Promise<void>((resolve) => {
    die = () => {
      dead = true
      resolve()
    }
  })
  const never = () => new Promise<never>(() => {})
  const live = async <T>(act: () => Promise<T>): Promise<T> => {
    if (dead) return never()
    done += 1
    const isLast = done === nth
    if (isLast && moment === 'before') die()
    if (dead) return never()
    const result = await act()
    if (isLast) die()
    return dead ? never() : result
  }
  const wire = (database: Database) => {
    const { sql, commit } = database
    Object.assign(database, {
      sql: (...statement: Parameters<typeof sql>) => live(() => sql(...statement)),
      commit: (...statement: Parameters<typeof commit>) => live(() => commit(...statement)),
    })
  }
  return { died, live, wire }
}

const crashAndGoOn = async (nth: number, moment: Moment): Promise<boolean> => {
  const name = `joining-${moment}-${nth}`
  const callee = orderCallee()
  const machine = mortal(nth, moment)
  const eventId = randomUUID()
  const mortalCall: CallCommand = (...args) => machine.live(() => callee.call(...args))
  const shared = { url: suite.url, processes: [joining(name)], claimMs, poolSize: 2 }
  const one = await replica({ ...shared, call: mortalCall, prepare: machine.wire })
  const two = await replica({ ...shared, database, call: callee.call })
  try {
    one.runner.start()
    const told = one.tell(OrderPlacedSchema, { orderId: 'o-1' }, eventId)
    const isOver = async () => (await instances(two.database, name))[0]?.ended === true
    let crashed = false
    void machine.died.then(() => {
      crashed = true
    })
    await Promise.race([told, machine.died])
    await vi.waitFor(async () => expect(crashed || (await isOver())).toBe(true), { timeout: 10_000, interval: 15 })
    if (crashed) {
      await two.tell(OrderPlacedSchema, { orderId: 'o-1' }, eventId)
      two.runner.start()
    }
    await vi.waitFor(async () => expect(await isOver()).toBe(true), { timeout: 10_000, interval: 15 })
    expect(callee.effects.toSorted()).toEqual(['charge b', 'refund c', 'reserve a'])
    expect(await instances(two.database, name)).toEqual([
      {
        instance: 'o-1',
        state: { OrderPlaced: 1, 'a answered': 1, 'b answered': 1, t: 1, 'c answered': 1 },
        ended: true,
      },
    ])
    return crashed
  } finally {
    await two.close()
    await one.database.orm.close(true)
    // Its loops wait for ever; its connections must not.
    void one.database.pool.end()
  }
}

describe('a machine that dies', () => {
  for (const moment of ['before', 'after'] as const) {
    it(`${moment} the answer to any statement or call: another goes on, each effect and message exactly once`, async () => {
      const points = Array.from({ length: lastPoint }, (_, index) => index + 1)
      let crashes = 0
      for (let from = 0; from < points.length; from += atOnce) {
        const results = await Promise.all(points.slice(from, from + atOnce).map((nth) => crashAndGoOn(nth, moment)))
        const crashed = results.filter(Boolean).length
        crashes += crashed
        // All further points lie behind the end of the run.
        if (crashed === 0) break
      }
      // The first points lie in every run before its end, so the tests above did see crashes.
      expect(crashes).toBeGreaterThan(15)
    }, 60_000)
  }
})

describe('a database that drops its connections', () => {
  it('again and again: everything is done in the end, once', async () => {
    const name = 'dropped'
    // On a connection that the drops leave alone.
    const operator = new Client({ connectionString: suite.url })
    await operator.connect()
    const callee = orderCallee()
    const one = await replica({ url: suite.url, processes: [joining(name)], claimMs, call: callee.call })
    const two = await replica({ url: suite.url, processes: [joining(name)], claimMs, call: callee.call })
    try {
      const orders = Array.from({ length: 20 }, (_, index) => `o-${index}`)
      await Promise.all(orders.map((orderId) => one.tell(OrderPlacedSchema, { orderId }, randomUUID())))
      one.runner.start()
      two.runner.start()
      for (let drops = 0; drops < 10; drops += 1) {
        await operator.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        )
        await sleep(60)
      }
      await vi.waitFor(
        async () => {
          const rows = await instances(two.database, name)
          expect(rows.filter((row) => row.ended)).toHaveLength(orders.length)
        },
        { timeout: 15_000, interval: 50 },
      )
      const state = { OrderPlaced: 1, 'a answered': 1, 'b answered': 1, t: 1, 'c answered': 1 }
      for (const row of await instances(two.database, name)) expect(row.state).toEqual(state)
      expect(callee.effects).toHaveLength(3 * orders.length)
    } finally {
      await operator.end()
      await one.close()
      await two.close()
    }
  })
})
