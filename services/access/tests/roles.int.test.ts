import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodePageToken } from '#shared/application/paging.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { declaredPermissions } from '#shared/presentation/access-rules.ts'
import { allServices } from '#shared/presentation/descriptors.ts'
import { tierOf } from '../domain/names.ts'
import { isRefusal, openAccess, refused, type TestAccess } from './fixture.ts'

let access: TestAccess

beforeAll(async () => {
  access = await openAccess('access_roles')
})

afterAll(() => access.close())

let made = 0
const someName = (kind: string) => {
  made += 1
  return `${kind}-${made}`
}

const newRole = async (...permissions: string[]): Promise<string> => {
  const { app, call, root } = access
  const name = someName('role')
  await call(() => app.createRole(name, ''))
  for (const permission of permissions) await call(() => app.grantPermission(root, name, permission))
  return name
}

const everyPage = async <Item>(
  list: (pageToken: string) => Promise<{ items: readonly Item[]; nextPageToken: string }>,
): Promise<Item[]> => {
  const all: Item[] = []
  for (let pageToken = ''; ; ) {
    const { items, nextPageToken } = await access.call(() => list(pageToken))
    all.push(...items)
    if (nextPageToken === '') return all
    pageToken = nextPageToken
  }
}

describe('what contracts name', () => {
  it('is there from the start, with the grants that they declare', async () => {
    const { app } = access
    const declared = declaredPermissions(allServices())
    const found = await everyPage((pageToken) => app.listPermissions({ resource: '', pageSize: 7, pageToken }))
    expect(found.map(({ name, rpcs }) => ({ name, rpcs }))).toEqual(declared.map(({ name, rpcs }) => ({ name, rpcs })))
    const roles = await everyPage((pageToken) => app.listRoles({ pageSize: 2, pageToken }))
    for (const { name, roles: holders } of declared) {
      const granting = roles.filter(({ grants }) => grants.some((grant) => grant.permission === name))
      expect(granting.map(({ role }) => role.name)).toEqual(holders)
    }
    const ofStories = await everyPage((pageToken) => app.listPermissions({ resource: 'story', pageSize: 0, pageToken }))
    expect(ofStories.map(({ name }) => name)).toEqual(
      found.map(({ name }) => name).filter((name) => /^story:/.test(name)),
    )
  })

  it('stays as operators made it at the next start', async () => {
    const declared = [
      { name: 'story:create', rpcs: ['a/B'], roles: ['member'] },
      { name: 'user:list', rpcs: [], roles: ['admin'] },
    ]
    const own = await openAccess('access_seed', { declared })
    const { app, call, can, root } = own
    const user = await own.newUser()
    await call(() => app.revokePermission(own.root, 'member', 'story:create'))
    await call(() => app.seedContracts())
    expect(await can(user, 'story:create')).toBe(false)
    await call(() => app.grantPermission(root, 'member', 'story:create'))
    expect(await can(user, 'story:create')).toBe(true)
    await own.close()
  })

  it('is granted once where it is new, also of a permission that was made by hand, and told', async () => {
    const own = await openAccess('access_named', { declared: [{ name: 'user:list', rpcs: [], roles: ['admin'] }] })
    const { app, call, root } = own
    const [user, helper] = [await own.newUser(), await own.newUser('customer-support')]
    const allowed = async () => [await own.can(user, 'thing:see'), await own.can(helper, 'user:list')]
    const told = async (name: string) => {
      const [role] = await own.database.sql<{ id: string }>('select id from roles where name = $1', name)
      return own.events(role?.id ?? '')
    }
    expect(await told('admin')).toEqual(['RoleCreated', 'PermissionGranted'])
    await call(() => app.createPermission('thing:see', ''))
    await call(() => app.createPermission('thing:do', ''))
    await call(() => app.grantPermission(root, 'member', 'thing:do'))
    const later = own.appNaming([
      { name: 'user:list', rpcs: [], roles: ['admin', 'customer-support'] },
      { name: 'thing:do', rpcs: [], roles: ['member'] },
      { name: 'thing:see', rpcs: ['a/B'], roles: ['member'] },
    ])
    expect(await allowed()).toEqual([false, false])
    for (let n = 0; n < 2; n += 1) await call(() => later.seedContracts())
    expect(await allowed()).toEqual([true, true])
    expect(await told('customer-support')).toEqual(['RoleCreated', 'PermissionGranted'])
    expect(await told('member')).toEqual(['RoleCreated', 'PermissionGranted', 'PermissionGranted'])
    await call(() => app.revokePermission(root, 'member', 'thing:see'))
    await call(() => app.revokePermission(root, 'member', 'thing:do'))
    await call(() => app.revokePermission(root, 'customer-support', 'user:list'))
    await call(() => later.seedContracts())
    expect(await allowed()).toEqual([false, false])
    expect(await own.can(user, 'thing:do')).toBe(false)
    expect((await call(() => app.verifyAuditLog())).isIntact).toBe(true)
    await own.close()
  })
})

describe('a role', () => {
  it('grants what it was given, once, until that is taken away', async () => {
    const { app, call, can, events, newUser, root } = access
    const role = await newRole('user:list', 'user:list')
    const user = await newUser(role)
    expect(await can(user, 'user:list')).toBe(true)
    expect(await can(user, 'user:suspend')).toBe(false)
    for (let n = 0; n < 2; n += 1) await call(() => app.revokePermission(root, role, 'user:list'))
    expect(await can(user, 'user:list')).toBe(false)
    const found = await everyPage((pageToken) => app.listRoles({ pageSize: 0, pageToken }))
    const { id } = found.find((each) => each.role.name === role)?.role ?? { id: '' }
    expect(await events(id)).toEqual(['RoleCreated', 'PermissionGranted', 'PermissionRevoked'])
    await expect(call(() => app.createRole(role, ''))).rejects.toEqual(refused('ROLE_EXISTS'))
    await expect(call(() => app.grantPermission(root, 'nobody', 'user:list'))).rejects.toEqual(
      refused('ROLE_NOT_FOUND'),
    )
    await expect(call(() => app.grantPermission(root, role, 'no:thing'))).rejects.toEqual(
      refused('PERMISSION_NOT_FOUND'),
    )
    await expect(call(() => app.createPermission('user:list', ''))).rejects.toEqual(refused('PERMISSION_EXISTS'))
  })

  it('is not named like one that comes with a subscription', async () => {
    const { app, call } = access
    for (const name of ['tier-gold', 'tier-diamond']) {
      await expect(call(() => app.createRole(name, ''))).rejects.toEqual(
        expect.objectContaining({ kind: 'invalid', reason: 'RESERVED_ROLE_NAME' }),
      )
    }
    await call(() => app.createRole('tiered', ''))
  })

  it('that comes with the mesh cannot be removed, not even from the database', async () => {
    await expect(access.database.sql(`delete from roles where name = 'member'`)).rejects.toMatchObject({
      code: 'TR002',
    })
  })

  it('is handed out by those who hold all that it grants', async () => {
    const { app, call, newUser } = access
    const [admin, other] = [await newUser('admin'), await newUser()]
    const within = await newRole('user:list')
    const beyond = await newRole('role:manage')
    expect(await call(() => app.assignRole(admin, other, within))).toEqual(['member', within])
    for (const role of [beyond, 'super-admin']) {
      await expect(call(() => app.assignRole(admin, other, role))).rejects.toEqual(refused('BEYOND_CALLER'))
    }
    await expect(call(() => app.unassignRole(admin, access.root, 'super-admin'))).rejects.toEqual(
      refused('BEYOND_CALLER'),
    )
    expect(await call(() => app.unassignRole(admin, other, within))).toEqual(['member'])
    for (const change of [app.grantPermission, app.revokePermission]) {
      await expect(call(() => change(admin, within, 'role:manage'))).rejects.toEqual(refused('BEYOND_CALLER'))
    }
  })
})

it('a page token that no list has answered is refused', async () => {
  const { app, call } = access
  for (const values of [['a\0'], [1.5], [null], [{}], ['a', 'b'], []]) {
    const pageToken = encodePageToken(values)
    const page = { pageSize: 1, pageToken }
    const lists = [
      () => app.listRoles(page),
      () => app.listPermissions({ resource: '', ...page }),
      () => app.listAuditLog({ userId: '', actor: '', role: '', ...page }),
    ]
    for (const list of lists) await expect(call<unknown>(list)).rejects.toEqual(refused('INVALID_PAGE_TOKEN'))
  }
})

describe('a user', () => {
  it('is a member from the first moment, and nobody makes them one or takes it from them', async () => {
    const { app, call, can, events, newUser, root } = access
    const unheard = uuidv7()
    expect(await can(unheard, 'story:create')).toBe(true)
    const user = await newUser()
    await call(() => app.welcomeUser(user))
    expect(await events(user)).toEqual(['RoleAssigned'])
    for (const change of [app.assignRole, app.unassignRole]) {
      await expect(call(() => change(root, user, 'member'))).rejects.toEqual(refused('IMPLICIT_ROLE'))
    }
  })

  it('whose account no event has told of yet is asked about', async () => {
    const { accounts, app, call, root } = access
    const [known, unknown] = [uuidv7(), uuidv7()]
    accounts.add(known)
    expect(await call(() => app.assignRole(root, known, 'admin'))).toEqual(['member', 'admin'])
    await expect(call(() => app.assignRole(root, unknown, 'admin'))).rejects.toEqual(refused('USER_NOT_FOUND'))
  })

  it('who left holds nothing any more, whichever event comes first', async () => {
    const { app, call, can, events, newUser, root } = access
    const user = await newUser('admin', 'super-admin')
    expect(await can(user, 'role:manage')).toBe(true)
    for (let n = 0; n < 2; n += 1) await call(() => app.removeUser(user))
    await call(() => app.welcomeUser(user))
    for (const permission of ['role:manage', 'story:create']) expect(await can(user, permission)).toBe(false)
    expect((await events(user)).slice(-2)).toEqual(['RoleUnassigned', 'RoleUnassigned'])
    await expect(call(() => app.assignRole(root, user, 'admin'))).rejects.toEqual(refused('USER_NOT_FOUND'))
    const early = uuidv7()
    await call(() => app.removeUser(early))
    await call(() => app.welcomeUser(early))
    expect(await can(early, 'story:create')).toBe(false)
  })
})

describe('the last super-admin', () => {
  it('stays one, and no explanation says otherwise', async () => {
    const own = await openAccess('access_last')
    const { app, call, root } = own
    await expect(call(() => app.unassignRole(root, root, 'super-admin'))).rejects.toEqual(refused('LAST_SUPER_ADMIN'))
    const flips = async () =>
      (await call(() => app.explainAccess({ userId: root, permission: 'role:manage' }))).decision.flips
    expect(await flips()).toEqual([])
    const other = await own.newUser('super-admin')
    expect(await flips()).toEqual([{ kind: 'unassign', role: 'super-admin' }])
    await call(() => app.unassignRole(root, other, 'super-admin'))
    await call(() => app.bootstrapSuperAdmin(uuidv7()))
    expect(await own.database.sql('select count from holders')).toEqual([{ count: 1 }])
    await own.close()
  })

  it('stays one when all take it from each other at once', async () => {
    const own = await openAccess('access_at_once')
    const { app, call, database, root } = own
    for (let round = 0; round < 20; round += 1) {
      const others = await Promise.all(Array.from({ length: 1 + (round % 4) }, () => own.newUser('super-admin')))
      const [first = root] = await database
        .sql<{ id: string }>(`select id from users where 'super-admin' = any(roles)`)
        .then((rows) => rows.map(({ id }) => id).filter((id) => !others.includes(id)))
      const all = [first, ...others]
      const demotions = all.map((user, index) =>
        call(() => app.unassignRole(all[(index + 1) % all.length] as string, user, 'super-admin')),
      )
      const failures = (await Promise.allSettled(demotions)).flatMap((each) =>
        each.status === 'rejected' ? [each.reason] : [],
      )
      for (const failure of failures) {
        expect(isRefusal(failure, 'LAST_SUPER_ADMIN', 'BEYOND_CALLER', 'TOO_MUCH_CONTENTION')).toBe(true)
      }
      const [left] = await database.sql<{ n: number; count: number }>(
        `select count(*) as n, (select count from holders where role = 'super-admin') as count
         from users where 'super-admin' = any(roles)`,
      )
      expect(left?.n).toBeGreaterThanOrEqual(1)
      expect(left?.count).toBe(left?.n)
      // One is left for the next round.
      const admins = await database.sql<{ id: string }>(`select id from users where 'super-admin' = any(roles)`)
      const [keeper, ...more] = admins.map(({ id }) => id) as [string, ...string[]]
      for (const id of more) await call(() => app.unassignRole(keeper, id, 'super-admin'))
      // The next round's newcomers are made by whoever is left.
      if (keeper !== root) await call(() => app.assignRole(keeper, root, 'super-admin'))
      if (keeper !== root) await call(() => app.unassignRole(root, keeper, 'super-admin'))
    }
    await own.close()
  })
})

it('what explains a decision turns it round when it is done', async () => {
  const { app, call, can, newUser, root } = access
  const editors = await newRole('user:list')
  await call(() => app.createPermission('thing:golden', ''))
  await call(() => app.grantPermission(root, 'tier-gold', 'thing:golden'))
  const cases: [string[], string, string?][] = [
    [[], 'user:list'],
    [[editors], 'user:list'],
    [[editors, 'admin'], 'user:list'],
    [['admin'], 'user:suspend'],
    [['super-admin'], 'role:manage'],
    [[], 'role:manage'],
    [[], 'thing:golden'],
    [[], 'thing:golden', 'GOLD'],
    [['super-admin'], 'thing:golden', 'GOLD'],
  ]
  for (const [roles, permission, tier = 'FREE'] of cases) {
    const user = await newUser(...roles)
    await call(() => app.noteTier(user, tier))
    const { decision } = await call(() => app.explainAccess({ userId: user, permission }))
    expect(await can(user, permission)).toBe(decision.allowed)
    for (const flip of decision.flips) {
      if (flip.kind === 'reactivate') throw new Error('nobody is suspended')
      const undo = {
        assign: () => app.unassignRole(root, user, flip.role),
        unassign: () => app.assignRole(root, user, flip.role),
        grant: () => app.revokePermission(root, flip.role, permission),
        revoke: () => app.grantPermission(root, flip.role, permission),
        'set-tier': () => app.noteTier(user, tier),
      }
      const does = {
        assign: undo.unassign,
        unassign: undo.assign,
        grant: undo.revoke,
        revoke: undo.grant,
        'set-tier': () => app.noteTier(user, tierOf(flip.role) ?? ''),
      }
      await call<unknown>(does[flip.kind])
      expect([flip, await can(user, permission)]).toEqual([flip, !decision.allowed])
      await call<unknown>(undo[flip.kind])
      expect(await can(user, permission)).toBe(decision.allowed)
    }
  }
  await expect(call(() => app.explainAccess({ userId: root, permission: 'no:thing' }))).rejects.toEqual(
    refused('PERMISSION_NOT_FOUND'),
  )
})

it('everybody sees what they may do themselves', async () => {
  const { app, call, newUser, root } = access
  const role = await newRole('user:list')
  const mine = await call(async () => app.listPermissionsOf(await newUser(role)))
  expect(mine.roles).toEqual(['member', role])
  expect(mine.permissions).toContain('user:list')
  expect(mine.permissions).toContain('story:create')
  expect(mine.permissions).not.toContain('role:manage')
  expect((await call(() => app.listPermissionsOf(root))).permissions).toContain('role:manage')
})
