import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openSubscriptions, persistently, refused, type TestSubscriptions } from './fixture.ts'

let own: TestSubscriptions

beforeAll(async () => {
  own = await openSubscriptions('erasure')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const erase = (user: string) => own.call(() => own.app.eraseSubscriber(user))
const left = (user: string) =>
  own.database.sql(
    `select 'usage' as of, id from usage where user_id = $1
     union all select 'reservations', key::text from reservations where user_id = $1`,
    user,
  )

describe('who is erased leaves nothing of what is reserved at the same time', () => {
  it.each(['a new counter', 'a counter that is there'])(
    'by what comes to be written after that, on %s',
    async (what) => {
      const user = await own.newUser()
      if (what === 'a counter that is there') await own.reserve(user)
      const outcome = own.call(async () => {
        await own.app.reserveUsage(own.request(user))
        await erase(user)
      })
      await expect(outcome).rejects.toEqual(refused('SUBSCRIPTION_EXPIRED'))
      expect(await left(user)).toEqual([])
    },
  )

  it('by what is being written while the erasure waits for it', async () => {
    const user = await own.newUser()
    const [counter, key] = [`late:${user}`, uuidv7()]
    // What a reservation's statement does, and is not through with.
    await own.whileLocked(
      `with live as (select 1 from subscriptions where id = $1 and status <> 'EXPIRED' for share) select * from live`,
      user,
      () => erase(user),
      async () => {
        await own.database.sql(
          `insert into usage (id, user_id, resource, used, committed, allowed, overrun, announced, version)
           values ($1, $2, 'VOICES', 1, 0, 1, 0, 0, 1)`,
          counter,
          user,
        )
        await own.database.sql(
          `insert into reservations (key, counter_id, user_id, resource, amount, state, created_at, expires_at)
           values ($1, $2, $3, 'VOICES', 1, 'HELD', now(), now())`,
          key,
          counter,
          user,
        )
      },
    )
    expect(await left(user)).toEqual([])
  })

  it('by what is counted where there is no limit', async () => {
    const user = await own.newUser('PLATINUM')
    await own.call(async () => {
      await own.app.commitUsage(own.request(user), own.clock.now())
      await erase(user)
    })
    expect(await left(user)).toEqual([])
  })

  it('in whatever order it comes', async () => {
    for (let round = 0; round < 15; round += 1) {
      const user = await own.newUser(round % 3 === 0 ? 'PLATINUM' : 'GOLD')
      const held = await Promise.all(Array.from({ length: 4 }, () => own.reserve(user)))
      const reserved = Array.from({ length: 4 }, async () => {
        const outcome = await persistently(() => own.reserve(user)).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toEqual(refused('SUBSCRIPTION_EXPIRED'))
      })
      await Promise.all([
        persistently(() => erase(user)),
        ...held.map((key) => persistently(() => own.commit(user, key))),
        own.app.lapseReservations(),
        ...reserved,
      ])
      expect(await left(user)).toEqual([])
    }
  }, 60_000)
})

it('a story of somebody who was erased meanwhile is not counted, and nothing is wrong with that', async () => {
  const user = await own.newUser()
  const [held, late] = [await own.reserve(user), uuidv7()]
  for (const key of [held, late]) {
    await own.call(async () => {
      await own.app.commitUsage(own.request(user, { key }), own.clock.now())
      await erase(user)
    })
  }
  await own.commit(user, held)
  expect(await left(user)).toEqual([])
})
