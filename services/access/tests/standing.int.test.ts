import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { isRefusal, openAccess, refused, type TestAccess } from './fixture.ts'

let access: TestAccess
let root: string

beforeAll(async () => {
  access = await openAccess('access_standing')
  await access.call(() => access.app.createRole('editor', ''))
})

afterAll(() => access.close())

/** Nobody is known but a first super-admin. */
const startAnew = async () => {
  const { app, call, database } = access
  await database.sql('truncate users')
  await database.sql('update holders set count = 0')
  root = uuidv7()
  await call(() => app.bootstrapSuperAdmin(root))
}

beforeEach(startAnew)

const newSuperAdmin = async (): Promise<string> => {
  const { app, call } = access
  const userId = uuidv7()
  await call(() => app.welcomeUser(userId))
  await call(() => app.assignRole(root, userId, 'super-admin'))
  return userId
}

const lastOne = refused('LAST_SUPER_ADMIN')
const standDown = (userId: string, version: number) => access.call(() => access.app.standDown(userId, version))
const suspended = (userId: string, version: number) => access.call(() => access.app.noteSuspended(userId, version))
const reactivated = (userId: string, version: number) => access.call(() => access.app.noteReactivated(userId, version))
const demote = (by: string, userId: string) => access.call(() => access.app.unassignRole(by, userId, 'super-admin'))

/** How many are counted, and how many there are. */
const counts = async () => {
  const [row] = await access.database.sql<{ counted: number; found: number }>(
    `select (select count from holders where role = 'super-admin') as counted,
       count(*) filter (where 'super-admin' = any(roles) and away_version is null) as found from users`,
  )
  return row ?? { counted: 0, found: -1 }
}

describe('whoever is suspended', () => {
  it('may do nothing until the account is reactivated, and is told of that', async () => {
    const { app, call, can } = access
    const user = await newSuperAdmin()
    const explain = async () =>
      (await call(() => app.explainAccess({ userId: user, permission: 'role:manage' }))).decision
    await suspended(user, 5)
    for (const permission of ['role:manage', 'story:create']) expect(await can(user, permission)).toBe(false)
    expect(await explain()).toEqual({ allowed: false, reasons: [], flips: [{ kind: 'reactivate' }] })
    expect(await call(() => app.listPermissionsOf(user))).toEqual({ roles: ['member', 'super-admin'], permissions: [] })
    await expect(call(() => app.assignRole(user, uuidv7(), 'super-admin'))).rejects.toEqual(refused('BEYOND_CALLER'))
    await reactivated(user, 6)
    for (const permission of ['role:manage', 'story:create']) expect(await can(user, permission)).toBe(true)
    expect((await explain()).allowed).toBe(true)
    const unheard = uuidv7()
    await suspended(unheard, 2)
    expect(await can(unheard, 'story:create')).toBe(false)
    await reactivated(unheard, 3)
    expect(await can(unheard, 'story:create')).toBe(true)
  })

  it('does not count as a super-admin, nor does whoever is about to be', async () => {
    const other = await newSuperAdmin()
    await suspended(other, 5)
    await expect(demote(root, root)).rejects.toEqual(lastOne)
    await reactivated(other, 6)
    await standDown(other, 6)
    expect(await access.can(other, 'role:manage')).toBe(true)
    await expect(demote(root, root)).rejects.toEqual(lastOne)
    await expect(standDown(root, 3)).rejects.toEqual(lastOne)
    await suspended(other, 7)
    await reactivated(other, 8)
    await demote(other, root)
  })

  it('counts again by a reactivation that came after, not by one that was on its way', async () => {
    const other = await newSuperAdmin()
    await standDown(other, 5)
    // Meanwhile reactivated at version 7, and about to be suspended again; the events come later.
    await standDown(other, 7)
    await suspended(other, 6)
    await reactivated(other, 7)
    await expect(demote(root, root)).rejects.toEqual(lastOne)
    await suspended(other, 8)
    await reactivated(other, 9)
    await demote(other, root)
  })

  it('and is made super-admin meanwhile, counts from the reactivation on', async () => {
    const { app, call } = access
    const other = uuidv7()
    await standDown(other, 1)
    await suspended(other, 2)
    await call(() => app.assignRole(root, other, 'super-admin'))
    expect(await counts()).toEqual({ counted: 1, found: 1 })
    await reactivated(other, 3)
    expect(await counts()).toEqual({ counted: 2, found: 2 })
  })
})

it('of two super-admins that suspend each other at once, or leave at once, one stays', async () => {
  for (let round = 0; round < 20; round += 1) {
    await startAnew()
    const both = [root, await newSuperAdmin()]
    const outcomes = await Promise.allSettled(both.map((user) => standDown(user, 3)))
    const refusals = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(refusals).toEqual([lastOne])
    expect(await counts()).toEqual({ counted: 1, found: 1 })
  }
})

type Step = readonly [kind: 'assign' | 'unassign' | 'suspend' | 'reactivate' | 'remove' | 'deliver', who: number]

/** What identity knows of an account, and what it has told that has not come yet. */
interface Account {
  id: string
  version: number
  state: 'active' | 'suspended' | 'gone'
  onTheWay: (() => Promise<void>)[]
}

/** Identity and operators at work on some accounts; access hears of it whenever `deliver` comes. */
const world = async () => {
  const { app, call, database } = access
  await startAnew()
  const ids = [root, uuidv7(), uuidv7(), uuidv7()]
  for (const id of ids) await call(() => app.welcomeUser(id))
  const accounts = ids.map((id): Account => ({ id, version: 1, state: 'active', onTheWay: [] }))
  const able = async () => {
    const rows = await database.sql<{ id: string }>(`select id from users where 'super-admin' = any(roles)`)
    const active = accounts.filter(({ state }) => state === 'active').map(({ id }) => id)
    return rows.map(({ id }) => id).filter((id) => active.includes(id))
  }
  const leaveFor = async (account: Account, state: 'suspended' | 'gone', heard: () => Promise<void>) => {
    if (account.state !== 'active') return
    await standDown(account.id, account.version)
    account.version += 1
    account.state = state
    account.onTheWay.push(heard)
  }
  const does: Record<Step[0], (account: Account, by: string) => Promise<unknown> | undefined> = {
    assign: ({ id }, by) => call(() => app.assignRole(by, id, 'super-admin')),
    unassign: ({ id }, by) => demote(by, id),
    suspend: (account) => {
      const version = account.version + 1
      return leaveFor(account, 'suspended', () => suspended(account.id, version))
    },
    remove: (account) => leaveFor(account, 'gone', () => call(() => app.removeUser(account.id))),
    reactivate: async (account) => {
      if (account.state !== 'suspended') return
      account.version += 1
      account.state = 'active'
      const { id, version } = account
      account.onTheWay.push(() => reactivated(id, version))
    },
    deliver: ({ onTheWay }) => onTheWay.shift()?.(),
  }
  return {
    able,
    take: async ([kind, who]: Step): Promise<void> => {
      const [by = ''] = await able()
      try {
        await does[kind](accounts[who] as Account, by)
      } catch (error) {
        // Somebody who was reactivated just now is refused until access hears of it.
        if (!isRefusal(error, 'LAST_SUPER_ADMIN', 'USER_NOT_FOUND', 'BEYOND_CALLER')) throw error
      }
    },
    deliverAll: async () => {
      for (const { onTheWay } of accounts) for (const heard of onTheWay.splice(0)) await heard()
    },
  }
}

it('somebody is super-admin and can sign in, whatever is done in whatever order, and the count is right', async () => {
  const kinds = ['assign', 'assign', 'unassign', 'suspend', 'reactivate', 'remove', 'deliver', 'deliver'] as const
  const steps = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(3)), { minLength: 15, maxLength: 30 })
  const check = fc.asyncProperty(steps, async (all) => {
    const { able, deliverAll, take } = await world()
    for (const step of all) {
      await take(step)
      const { counted, found } = await counts()
      expect([counted, counted >= 1]).toEqual([found, true])
      expect((await able()).length).toBeGreaterThanOrEqual(1)
    }
    await deliverAll()
    expect((await counts()).counted).toBe((await able()).length)
  })
  await fc.assert(check, { numRuns: 15, endOnFailure: true })
}, 60_000)

describe('what is heard of an account', () => {
  type Word = { kind: 'registered' | 'deleted' | 'assign' | 'stand-down' } | { kind: 'tier'; tier: string }

  const hear = async (userId: string, word: Word): Promise<void> => {
    const { app, call } = access
    const does = {
      registered: () => app.welcomeUser(userId),
      deleted: () => app.removeUser(userId),
      assign: () => app.assignRole(root, userId, 'editor'),
      'stand-down': () => app.standDown(userId, 1),
      tier: () => app.noteTier(userId, 'tier' in word ? word.tier : ''),
    }
    await call<unknown>(does[word.kind]).catch((error: unknown) => {
      if (!isRefusal(error, 'USER_NOT_FOUND')) throw error
    })
  }

  const tiers = fc.array(fc.constantFrom('SILVER', 'GOLD', 'FREE'), { maxLength: 3 })
  /** Words in some order; those of the subscription keep their own. */
  const heard = fc.tuple(fc.boolean(), fc.boolean(), tiers).chain(([isDeleted, isAssigned, told]) => {
    const words: Word[] = [
      { kind: 'registered' },
      { kind: 'stand-down' },
      ...(isDeleted ? [{ kind: 'deleted' } as const] : []),
      ...(isAssigned ? [{ kind: 'assign' } as const] : []),
      ...told.map(() => ({ kind: 'tier', tier: '' }) as const),
    ]
    return fc.shuffledSubarray(words, { minLength: words.length }).map((shuffled) => {
      const left = [...told]
      const order = shuffled.map(
        (word): Word => (word.kind === 'tier' ? { kind: 'tier', tier: left.shift() ?? '' } : word),
      )
      return { order, isDeleted, isAssigned, tier: told.at(-1) ?? 'FREE' }
    })
  })

  it('comes out the same in any order', async () => {
    const { accounts, database } = access
    const check = fc.asyncProperty(heard, async ({ order, isDeleted, isAssigned, tier }) => {
      const userId = uuidv7()
      accounts.add(userId)
      for (const word of order) await hear(userId, word)
      const [user] = await database.sql(
        `select roles, tier, gone_at is not null as is_gone, (select count(*) from event_store where stream_id = $1::text
           and event_type like '%.RoleAssigned' and event_data ->> 'role' = 'member') as joined
         from users where id = $1::uuid`,
        userId,
      )
      if (isDeleted) expect(user).toMatchObject({ roles: [], tier: 'tier-free', is_gone: true })
      else {
        const roles = isAssigned ? ['editor'] : []
        expect(user).toEqual({ roles, tier: `tier-${tier.toLowerCase()}`, is_gone: false, joined: 1 })
      }
    })
    await fc.assert(check, { numRuns: 60, endOnFailure: true })
  })
})
