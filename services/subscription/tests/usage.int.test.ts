import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DomainError } from '#shared/domain/errors.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { openSubscriptions, persistently, refused, type TestSubscriptions } from './fixture.ts'

let own: TestSubscriptions

beforeAll(async () => {
  own = await openSubscriptions('usage')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const minute = 60_000

describe('a reservation', () => {
  it('counts at once, is taken by its key, and is refused at the limit with what and until when', async () => {
    const user = await own.newUser()
    const keys = [await own.reserve(user), await own.reserve(user), await own.reserve(user)]
    expect(await own.usageOf(user)).toMatchObject({ used: 3, reserved: 3, limit: 3, overrun: 0 })
    for (const key of keys) await own.commit(user, key)
    expect(await own.usageOf(user)).toMatchObject({ used: 3, reserved: 0 })
    const refusal = await own.reserve(user).catch((error: unknown) => error)
    const resets = '2026-12-20T10:00:00.000Z'
    expect(refusal).toMatchObject({
      kind: 'exhausted',
      reason: 'LIMIT_REACHED',
      details: {
        quota: { subject: `user:${user}`, quotaMetric: 'subscription.troupe/stories', quotaValue: 3n },
        metadata: { resource: 'STORIES', limit: '3', used: '3', resets_at: resets },
      },
    })
    expect((refusal as DomainError).message).toBe(
      `3 of 3 stories are used; there are more from ${resets}, or with a higher tier`,
    )
  })

  it('is the same one for the same key, whatever became of it', async () => {
    const user = await own.newUser()
    const key = await own.reserve(user)
    await own.reserve(user, { key })
    expect(await own.usageOf(user)).toMatchObject({ used: 1, reserved: 1 })
    await own.commit(user, key)
    await own.commit(user, key)
    await own.reserve(user, { key })
    expect(await own.usageOf(user)).toMatchObject({ used: 1, reserved: 0 })
    await expect(own.reserve(user, { key, resource: 'FILMS' })).rejects.toEqual(refused('RESERVATION_MISMATCH'))
    const other = await own.newUser()
    await expect(own.reserve(other, { key })).rejects.toEqual(refused('RESERVATION_MISMATCH'))
  })

  it('gives back what is released, and takes it again for the same key', async () => {
    const user = await own.newUser()
    const key = await own.reserve(user)
    await own.call(() => own.app.releaseUsage(key))
    await own.call(() => own.app.releaseUsage(key))
    expect(await own.usageOf(user)).toMatchObject({ used: 0 })
    await own.reserve(user, { key })
    expect(await own.usageOf(user)).toMatchObject({ used: 1, reserved: 1 })
    await own.call(() => own.app.releaseUsage(uuidv7()))
    await own.commit(user, key)
    await expect(own.call(() => own.app.releaseUsage(key))).rejects.toEqual(refused('USAGE_COMMITTED'))
  })

  it('is given back with others at once, held or taken, each once', async () => {
    const user = await own.newUser()
    const resource = 'COLLABORATORS' as const
    const [held, taken] = [await own.reserve(user, { resource }), await own.reserve(user, { resource })]
    await own.call(() => own.app.commitUsage({ userId: user, resource, amount: 1, key: taken }, own.clock.now()))
    const used = async () => (await own.app.getUsage(user)).find((one) => one.resource === resource)?.used
    expect(await used()).toBe(2)
    await own.call(() => own.app.releaseUsage(held, taken, taken, uuidv7()))
    await own.call(() => own.app.releaseUsage(taken, held))
    expect(await used()).toBe(0)
  })

  it('lapses after its time, for whoever reserves next and by itself', async () => {
    const [first, second] = [await own.newUser(), await own.newUser()]
    for (const user of [first, second]) for (let n = 0; n < 3; n += 1) await own.reserve(user)
    await expect(own.reserve(first)).rejects.toEqual(refused('LIMIT_REACHED'))
    own.clock.advance(2 * minute)
    await own.reserve(first)
    expect(await own.usageOf(first)).toMatchObject({ used: 1 })
    await own.app.lapseReservations()
    expect(await own.usageOf(second)).toMatchObject({ used: 0 })
  })

  it('that lapsed is taken again by a commit that comes late, above the limit where nothing is free', async () => {
    const user = await own.newUser()
    const late = await own.reserve(user)
    const later = await own.reserve(user)
    own.clock.advance(2 * minute)
    const others = [await own.reserve(user), await own.reserve(user)]
    await own.commit(user, late)
    expect(await own.usageOf(user)).toMatchObject({ used: 3, reserved: 2, overrun: 0 })
    await own.commit(user, later)
    expect(await own.usageOf(user)).toMatchObject({ used: 4, reserved: 2, overrun: 1 })
    for (const key of others) await own.commit(user, key)
    expect(await own.usageOf(user)).toMatchObject({ used: 4, reserved: 0, overrun: 1 })
    await expect(own.reserve(user)).rejects.toEqual(refused('LIMIT_REACHED'))
  })

  it('asked for again never lapses earlier, but later where that is asked for', async () => {
    const user = await own.newUser()
    const [early, late] = [await own.reserve(user), await own.reserve(user)]
    await own.reserve(user, { key: early, expiresInMs: 1000 })
    await own.reserve(user, { key: late, expiresInMs: 10 * minute })
    own.clock.advance(minute)
    await own.app.lapseReservations()
    expect(await own.usageOf(user)).toMatchObject({ used: 2 })
    own.clock.advance(2 * minute)
    await own.app.lapseReservations()
    expect(await own.usageOf(user)).toMatchObject({ used: 1 })
    await own.commit(user, late)
  })

  it('that is prolonged while it is about to lapse does not', async () => {
    const user = await own.newUser()
    const key = await own.reserve(user)
    own.clock.advance(2 * minute)
    await own.whileLocked(
      'select 1 from usage where user_id = $1 for update',
      user,
      () => own.app.lapseReservations(),
      () => own.reserve(user, { key, expiresInMs: 10 * minute }),
    )
    expect(await own.usageOf(user)).toMatchObject({ used: 1, reserved: 1 })
    const rows = await own.database.sql('select state from reservations where key = $1', key)
    expect(rows).toEqual([{ state: 'HELD' }])
  })

  it('that is prolonged while another one would take its place is kept', async () => {
    const user = await own.newUser()
    const keys = [await own.reserve(user), await own.reserve(user), await own.reserve(user)]
    own.clock.advance(2 * minute)
    const prolong = () => Promise.all(keys.map((key) => own.reserve(user, { key, expiresInMs: 10 * minute })))
    const outcome = own.call(async () => {
      await own.app.reserveUsage(own.request(user))
      await prolong()
    })
    await expect(outcome).rejects.toEqual(refused('LIMIT_REACHED'))
    expect(await own.usageOf(user)).toMatchObject({ used: 3, reserved: 3 })
  })

  it('that two commit late at once is counted for both, above the limit where it is', async () => {
    const user = await own.newUser()
    const late = [await own.reserve(user), await own.reserve(user)] as const
    own.clock.advance(2 * minute)
    for (let n = 0; n < 2; n += 1) await own.commit(user, await own.reserve(user))
    const commit = (key: string) => own.app.commitUsage(own.request(user, { key }), own.clock.now())
    await own.call(async () => {
      await commit(late[0])
      await own.call(() => commit(late[1]))
    })
    expect(await own.usageOf(user)).toMatchObject({ used: 4, reserved: 0, overrun: 1 })
    const others = await Promise.all([own.newUser(), own.newUser()])
    for (const other of others) {
      const keys = await Promise.all(Array.from({ length: 3 }, () => own.reserve(other)))
      own.clock.advance(2 * minute)
      for (let n = 0; n < 2; n += 1) await own.commit(other, await own.reserve(other))
      await Promise.all(keys.map((key) => persistently(() => own.commit(other, key))))
      expect(await own.usageOf(other)).toMatchObject({ used: 5, reserved: 0, overrun: 2 })
    }
  })

  it('is not needed where there is no limit: what was used is counted', async () => {
    const user = await own.newUser('PLATINUM')
    const request = own.request(user)
    expect(await own.call(() => own.app.reserveUsage(request))).toBe(true)
    expect(await own.database.sql('select 1 from reservations where key = $1', request.key)).toEqual([])
    for (let n = 0; n < 5; n += 1) await own.commit(user, uuidv7())
    expect(await own.usageOf(user)).toMatchObject({ used: 5, limit: undefined, overrun: 0 })
  })

  it('that was not needed is given back by its key, so that a lower tier finds the places free', async () => {
    const user = await own.newUser('PLATINUM')
    const keys: string[] = []
    for (let n = 0; n < 3; n += 1) {
      const request = own.request(user, { resource: 'COLLABORATORS' })
      expect(await own.call(() => own.app.reserveUsage(request))).toBe(true)
      await own.commit(user, request.key, { resource: 'COLLABORATORS' })
      keys.push(request.key)
    }
    expect(await own.usageOf(user, 'COLLABORATORS')).toMatchObject({ used: 3, limit: undefined })
    await own.call(() => own.app.setTier(user, 'FREE'))
    await expect(own.reserve(user, { resource: 'COLLABORATORS' })).rejects.toEqual(refused('LIMIT_REACHED'))
    for (const key of keys) await own.call(() => own.app.releaseUsage(key))
    expect(await own.usageOf(user, 'COLLABORATORS')).toMatchObject({ used: 0, limit: 2 })
    await own.reserve(user, { resource: 'COLLABORATORS' })
  })

  it('follows the tier: a higher one allows more at once, a lower one shows what is above it', async () => {
    const user = await own.newUser()
    for (let n = 0; n < 3; n += 1) await own.commit(user, await own.reserve(user))
    await own.call(() => own.app.setTier(user, 'SILVER'))
    await own.reserve(user)
    expect(await own.usageOf(user)).toMatchObject({ used: 4, limit: 10 })
    await own.call(() => own.app.setTier(user, 'FREE'))
    expect(await own.usageOf(user)).toMatchObject({ used: 4, limit: 3, overrun: 1 })
    await expect(own.reserve(user)).rejects.toEqual(refused('LIMIT_REACHED'))
    await own.call(() => own.app.setTier(user, 'PLATINUM'))
    await own.commit(user, uuidv7())
    expect(await own.usageOf(user)).toMatchObject({ used: 5, limit: undefined })
  })

  it('counts anew in the next period, but for what is counted as long as it exists', async () => {
    const user = await own.newUser()
    for (let n = 0; n < 3; n += 1) await own.commit(user, await own.reserve(user))
    const voice = await own.reserve(user, { resource: 'VOICES' })
    await own.commit(user, voice, { resource: 'VOICES' })
    own.clock.advance(31 * 24 * 60 * minute)
    await own.reserve(user)
    expect(await own.usageOf(user)).toMatchObject({ used: 1 })
    await expect(own.reserve(user, { resource: 'VOICES' })).rejects.toEqual(refused('LIMIT_REACHED'))
    await own.call(() => own.app.releaseUsage(voice))
    await own.reserve(user, { resource: 'VOICES' })
    expect(await own.usageOf(user, 'VOICES')).toMatchObject({ used: 1, resetsAt: undefined })
  })

  it('opens a subscription for whoever asks first, once', async () => {
    const user = uuidv7()
    await Promise.all([
      own.call(() => own.app.openSubscription(user)),
      ...Array.from({ length: 3 }, () => own.reserve(user)),
    ])
    expect(await own.events(user)).toEqual(['SubscriptionCreated'])
    expect(await own.usageOf(user)).toMatchObject({ used: 3 })
  })
})

describe('fifty callers at a limit', () => {
  it('never come above it, in twenty rounds', async () => {
    const rounds = fc.record({
      taken: fc.integer({ min: 0, max: 10 }),
      lapsed: fc.integer({ min: 0, max: 3 }),
      released: fc.integer({ min: 0, max: 5 }),
    })
    /** The key, or undefined where the limit is reached; whatever else is refused fails. */
    const reserveIfFree = (user: string) =>
      persistently(() => own.reserve(user)).catch((error: unknown) => {
        if (!(error instanceof DomainError) || error.reason !== 'LIMIT_REACHED') throw error
        return undefined
      })
    const fiftyReserve = async (user: string) => {
      const keys = await Promise.all(Array.from({ length: 50 }, () => reserveIfFree(user)))
      return keys.filter((key) => key !== undefined)
    }
    await fc.assert(
      fc.asyncProperty(rounds, async ({ taken, lapsed, released }) => {
        const user = await own.newUser('SILVER')
        await Promise.all(Array.from({ length: Math.min(lapsed, 10 - taken) }, () => own.reserve(user)))
        own.clock.advance(2 * minute)
        for (let n = 0; n < taken; n += 1) await own.commit(user, await own.reserve(user))
        const won = await fiftyReserve(user)
        expect(won).toHaveLength(10 - taken)
        const back = won.slice(0, released)
        const [again] = await Promise.all([
          fiftyReserve(user),
          ...back.map((key) => persistently(() => own.call(() => own.app.releaseUsage(key)))),
          ...won.slice(released).map((key) => persistently(() => own.commit(user, key))),
        ])
        expect(again.length).toBeLessThanOrEqual(back.length)
        const used = 10 - back.length + again.length
        expect(await own.usageOf(user)).toMatchObject({ used, reserved: again.length, overrun: 0 })
        expect(await fiftyReserve(user)).toHaveLength(10 - used)
        expect(await own.violations()).toEqual([])
      }),
      { numRuns: 20 },
    )
  }, 120_000)
})

describe('who comes near a limit', () => {
  const told = async (user: string) => {
    const rows = await own.database.sql<{ type: string; data: { used: string; usageVersion: string } }>(
      `select split_part(event_type, '.', 4) as type, event_data as data from event_store
       where stream_type = 'UsageReservation' and event_data->>'userId' = $1 order by position`,
      user,
    )
    return rows.map(({ type, data }) => `${type} ${data.used}`)
  }

  it('is told once at four fifths and once at the end, however often it is looked at', async () => {
    const user = await own.newUser('SILVER')
    for (let n = 1; n <= 10; n += 1) {
      await own.commit(user, await own.reserve(user))
      if (n === 7 || n === 9) await Promise.all([own.app.announceUsage(), own.app.announceUsage()])
    }
    expect(await told(user)).toEqual(['UsageThresholdReached 9'])
    await own.app.announceUsage()
    await own.app.announceUsage()
    expect(await told(user)).toEqual(['UsageThresholdReached 9', 'UsageLimitReached 10'])
  })

  it('hears only of the end when that comes at one step, and again after the tier has changed', async () => {
    const user = await own.newUser()
    const before = own.toldOfUse()
    for (let n = 0; n < 3; n += 1) await own.reserve(user)
    expect(own.toldOfUse()).toBe(before + 1)
    await own.app.announceUsage()
    expect(await told(user)).toEqual(['UsageLimitReached 3'])
    await own.call(() => own.app.setTier(user, 'SILVER'))
    for (let n = 3; n < 10; n += 1) await own.reserve(user)
    await own.app.announceUsage()
    expect(await told(user)).toEqual(['UsageLimitReached 3', 'UsageLimitReached 10'])
  })

  it('hears of the end also where all was used while there was no limit', async () => {
    const user = await own.newUser('PLATINUM')
    for (let n = 0; n < 5; n += 1) await own.commit(user, uuidv7())
    await own.call(() => own.app.setTier(user, 'FREE'))
    await expect(own.reserve(user)).rejects.toEqual(refused('LIMIT_REACHED'))
    await own.app.announceUsage()
    expect(await told(user)).toEqual(['UsageLimitReached 5'])
  })

  it('is told again when it became less and more again: released, or lapsed', async () => {
    const user = await own.newUser('SILVER')
    const reserve = () => own.reserve(user, { resource: 'COLLABORATORS' })
    for (let n = 0; n < 4; n += 1) await own.commit(user, await reserve(), { resource: 'COLLABORATORS' })
    const fifth = await reserve()
    await own.app.announceUsage()
    await own.call(() => own.app.releaseUsage(fifth))
    await own.app.announceUsage()
    expect(await told(user)).toEqual(['UsageLimitReached 5'])
    const sixth = await reserve()
    await own.app.announceUsage()
    expect(await told(user)).toEqual(['UsageLimitReached 5', 'UsageLimitReached 5'])
    await own.commit(user, sixth, { resource: 'COLLABORATORS' })
    await own.call(() => own.app.releaseUsage(sixth))
    const seventh = await reserve()
    await own.app.announceUsage()
    own.clock.advance(2 * minute)
    await own.app.lapseReservations()
    await own.reserve(user, { resource: 'COLLABORATORS', key: seventh })
    await own.app.announceUsage()
    expect(await told(user)).toEqual(Array(4).fill('UsageLimitReached 5'))
  })
})

it('what nobody asks about any more is forgotten; what exists is released however late', async () => {
  const user = await own.newUser()
  const [story, voice] = [await own.reserve(user), await own.reserve(user, { resource: 'VOICES' })]
  await own.commit(user, story)
  await own.commit(user, voice, { resource: 'VOICES' })
  const left = () => own.database.sql('select key from reservations where key = any($1::uuid[])', [story, voice])
  await sweep(own.database, expiries, own.clock.now())
  expect(await left()).toHaveLength(2)
  own.clock.advance(63 * 24 * 60 * minute)
  await sweep(own.database, expiries, own.clock.now())
  expect(await left()).toEqual([{ key: voice }])
  await own.call(() => own.app.releaseUsage(voice))
  expect(await own.usageOf(user, 'VOICES')).toMatchObject({ used: 0 })
})

it('what is erased leaves neither use nor card, and nothing opens it anew', async () => {
  const user = await own.newUser()
  await own.reserve(user)
  await own.call(() => own.app.setPaymentMethod(user, 'tok_success'))
  await own.call(() => own.app.eraseSubscriber(user))
  await own.call(() => own.app.openSubscription(user))
  await own.call(() => own.app.eraseSubscriber(user))
  const rows = await own.database.sql('select status, payment_method from subscriptions where id = $1', user)
  expect(rows).toEqual([{ status: 'EXPIRED', payment_method: null }])
  expect(await own.database.sql('select 1 from usage where user_id = $1', user)).toEqual([])
  expect(await own.database.sql('select 1 from reservations where user_id = $1', user)).toEqual([])
  await expect(own.reserve(user)).rejects.toEqual(refused('SUBSCRIPTION_EXPIRED'))
  await own.commit(user, uuidv7())
  expect(await own.database.sql('select 1 from usage where user_id = $1', user)).toEqual([])
  const unheard = uuidv7()
  await own.call(() => own.app.eraseSubscriber(unheard))
  await expect(own.reserve(unheard)).rejects.toEqual(refused('SUBSCRIPTION_EXPIRED'))
})
