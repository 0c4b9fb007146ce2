import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { subscription } from '../service.ts'
import { openSubscriptions, type TestSubscriptions } from './fixture.ts'

let own: TestSubscriptions

beforeAll(async () => {
  own = await openSubscriptions('sweeps')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const minute = 60_000
const sql = (text: string, ...values: unknown[]) => own.database.sql(text, ...values)
const stateOf = async (key: string) => (await sql('select state from reservations where key = $1', key))[0]?.state
const setUsed = (user: string, used: number) => sql('update usage set used = $2 where user_id = $1', user, used)

/** Something that is held although no counter knows of it. */
const uncounted = async (): Promise<{ user: string; key: string }> => {
  const user = await own.newUser()
  const key = await own.reserve(user)
  await sql('delete from usage where user_id = $1', user)
  return { user, key }
}

describe('what lapses', () => {
  it('does so also where another counter, whose turn is first, fails; that one is named', async () => {
    const broken = await own.newUser()
    await own.reserve(broken)
    await setUsed(broken, 0)
    own.clock.advance(1)
    const well = await own.newUser()
    await own.reserve(well)
    own.clock.advance(2 * minute)
    await own.app.lapseReservations()
    expect(await own.usageOf(well)).toMatchObject({ used: 0 })
    const counter = expect.stringContaining(`${broken}:STORIES`)
    expect(own.warnings).toEqual([expect.objectContaining({ purpose: 'lapse', counter })])
    await setUsed(broken, 1)
    await own.app.lapseReservations()
    expect(await own.usageOf(broken)).toMatchObject({ used: 0 })
  })

  it('is done with at once, however much it is, unless the process stops', async () => {
    await sql(
      `insert into usage (id, user_id, resource, used, committed, allowed, overrun, announced, version)
         select 'many:' || n, gen_random_uuid(), 'VOICES', 2, 0, 5, 0, 0, 1 from generate_series(1, 60) n`,
    )
    await sql(
      `insert into reservations (key, counter_id, user_id, resource, amount, state, created_at, expires_at)
         select gen_random_uuid(), id, user_id, resource, 1, 'HELD', $1, $1 from usage, generate_series(1, 2)
         where id like 'many:%'`,
      own.clock.now(),
    )
    const held = () => sql(`select 1 from reservations where state = 'HELD' and counter_id like 'many:%'`)
    await own.app.lapseReservations(AbortSignal.abort())
    expect(await held()).toHaveLength(120)
    await own.app.lapseReservations()
    expect(await held()).toEqual([])
    expect(await sql(`select 1 from usage where id like 'many:%' and used <> 0`)).toEqual([])
  })

  it('is forgotten in the end, all of it', async () => {
    own.clock.advance(63 * 24 * 60 * minute)
    await sweep(own.database, expiries, own.clock.now())
    expect(await sql(`select 1 from reservations where state in ('LAPSED', 'RELEASED')`)).toEqual([])
  })
})

describe('what is held without a counter', () => {
  it('lapses and gives nothing back', async () => {
    const { user, key } = await uncounted()
    own.clock.advance(2 * minute)
    await own.app.lapseReservations()
    expect(await stateOf(key)).toBe('LAPSED')
    expect(await own.usageOf(user)).toMatchObject({ used: 0 })
  })

  it('is counted when it is taken, or asked for again', async () => {
    const [taken, again] = [await uncounted(), await uncounted()]
    await own.commit(taken.user, taken.key)
    expect(await own.usageOf(taken.user)).toMatchObject({ used: 1, reserved: 0 })
    await own.reserve(again.user, { key: again.key })
    expect(await own.usageOf(again.user)).toMatchObject({ used: 1, reserved: 1 })
  })

  it('is given back for nothing, and ends when a counter begins', async () => {
    const [released, passed, unlimited] = [await uncounted(), await uncounted(), await uncounted()]
    await own.call(() => own.app.releaseUsage(released.key))
    expect(await stateOf(released.key)).toBe('RELEASED')
    await own.reserve(passed.user)
    expect(await stateOf(passed.key)).toBe('LAPSED')
    expect(await own.usageOf(passed.user)).toMatchObject({ used: 1, reserved: 1 })
    await own.call(() => own.app.setTier(unlimited.user, 'PLATINUM'))
    await own.commit(unlimited.user, uuidv7())
    expect(await stateOf(unlimited.key)).toBe('LAPSED')
    expect(await own.usageOf(unlimited.user)).toMatchObject({ used: 1, reserved: 0 })
  })
})

it('one that fails keeps the others from nothing while the service runs', async () => {
  const broken = await own.newUser()
  await own.reserve(broken)
  await setUsed(broken, 0)
  const lapsing = await own.newUser()
  await own.reserve(lapsing)
  own.clock.advance(2 * minute)
  const full = await own.newUser()
  for (let n = 0; n < 3; n += 1) await own.reserve(full)
  const told = () =>
    sql(`select 1 from event_store where event_data->>'userId' = $1 and event_type like '%Limit%'`, full)
  const { start, stop } = await subscription.compose(own.kernel)
  await start?.()
  const until = performance.now() + 10_000
  const isDone = async () => (await own.usageOf(lapsing))?.used === 0 && (await told()).length === 1
  while (!(await isDone()) && performance.now() < until) await sleep(50)
  await stop?.()
  expect(await isDone()).toBe(true)
  await setUsed(broken, 1)
}, 30_000)
