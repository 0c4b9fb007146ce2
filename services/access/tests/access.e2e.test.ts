import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { eventually, outcomeOf, testMesh } from '../../../tests/mesh.ts'
import { expectRefusedInTime } from './refusals.ts'

const mesh = testMesh()
let operator: ReturnType<typeof createClient<typeof AccessService>>

beforeAll(async () => {
  operator = createClient(AccessService, await mesh.operator())
})

const newRole = async (...permissions: string[]): Promise<string> => {
  const { role } = await operator.createRole({ name: `role-${crypto.randomUUID()}`, description: 'for a test' })
  const name = role?.name ?? ''
  for (const permission of permissions) await operator.grantPermission({ role: name, permission })
  return name
}

describe('a permission', () => {
  it('lets in on every service, and is refused on each within two seconds of being taken away', async () => {
    const permissions = ['user:list', 'mesh:observe', 'role:list', 'template:list', 'subscription:set-tier']
    const role = await newRole(...permissions)
    const user = await mesh.newUser()
    const calls = [
      () => createClient(IdentityService, user.transport).listUsers({ pageSize: 1 }),
      () => createClient(MeshService, user.transport).getLag({}),
      () => createClient(AccessService, user.transport).listRoles({ pageSize: 1 }),
      () => createClient(NotificationService, user.transport).listTemplates({ pageSize: 1 }),
      () => createClient(SubscriptionService, user.transport).setTier({ userId: user.id, tier: 'FREE' }),
    ]
    for (const call of calls) expect(await outcomeOf(call())).toBe('PermissionDenied PERMISSION_DENIED')
    expect((await operator.assignRole({ userId: user.id, role })).roles).toEqual(['member', role])
    for (const call of calls) await eventually(async () => (await outcomeOf(call())) === 'in' || undefined)
    const revoke = async () => {
      for (const permission of permissions) await operator.revokePermission({ role, permission })
    }
    await expectRefusedInTime(revoke, calls)
    await operator.unassignRole({ userId: user.id, role })
  })

  it('is of no use to whoever is suspended, on every service, until the account is reactivated', async () => {
    const role = await newRole('user:list', 'role:list')
    const user = await mesh.newUser()
    await operator.assignRole({ userId: user.id, role })
    let { transport } = user
    const calls = [
      () => createClient(IdentityService, transport).listUsers({ pageSize: 1 }),
      () => createClient(AccessService, transport).listRoles({ pageSize: 1 }),
    ]
    const all = (outcome: string) =>
      eventually(async () => {
        const outcomes = await Promise.all(calls.map((call) => outcomeOf(call())))
        return outcomes.every((each) => each === outcome) || undefined
      })
    await all('in')
    const accounts = createClient(IdentityService, await mesh.operator())
    await accounts.suspendUser({ userId: user.id, reason: 'spam' })
    await all('Unauthenticated SESSION_ENDED')
    const { decision } = await operator.explainAccess({ userId: user.id, resource: 'user', action: 'list' })
    expect(decision?.flips.map(({ change }) => change)).toMatchObject([
      { case: 'reactivateUser', value: { userId: user.id } },
    ])
    await accounts.reactivateUser({ userId: user.id })
    const { email, password } = user
    const { tokens } = await createClient(IdentityService, mesh.transport()).login({ email, password })
    transport = mesh.transport(tokens?.accessToken)
    await all('in')
  })

  it('is explained by role and grant, and what it says would change the answer does', async () => {
    const role = await newRole('user:list')
    const user = await mesh.newUser()
    const question = { userId: user.id, resource: 'user', action: 'list' }
    const denied = (await operator.explainAccess(question)).decision
    expect(denied).toMatchObject({ allowed: false, reasons: [] })
    const assign = denied?.flips.find(
      ({ change }) => change.case === 'assignRole' && change.value.role === role,
    )?.change
    if (assign?.case !== 'assignRole') throw new Error('assigning the role is not named')
    await operator.assignRole({ userId: assign.value.userId, role: assign.value.role })
    const allowed = (await operator.explainAccess(question)).decision
    const listed = await operator.listRoles({ pageSize: 100 })
    const grant = listed.roles.find(({ name }) => name === role)?.grants[0]
    expect(allowed?.reasons[0]?.why).toMatchObject({
      case: 'grant',
      value: { grantId: grant?.id, roleId: assign.value.roleId, role, permission: 'user:list' },
    })
    expect(allowed?.flips.map(({ change }) => change.case)).toEqual(['unassignRole', 'revokePermission'])
  })
})

describe('a tier', () => {
  it('brings its role with the subscription, which is explained, and what would change that does', async () => {
    const permission = `thing:a${crypto.randomUUID()}`
    const [resource, action] = permission.split(':') as [string, string]
    await operator.createPermission({ name: permission, description: 'for a test' })
    await operator.grantPermission({ role: 'tier-gold', permission })
    const user = await mesh.newUser()
    const question = { userId: user.id, resource, action }
    const explain = async () => (await operator.explainAccess(question)).decision
    const denied = await explain()
    const flip = denied?.flips.find(({ change }) => change.case === 'setTier')?.change
    expect(denied?.allowed).toBe(false)
    expect(flip).toMatchObject({ case: 'setTier', value: { userId: user.id, tier: 'GOLD' } })
    const subscription = createClient(SubscriptionService, await mesh.operator())
    await subscription.setTier({ userId: user.id, tier: 'GOLD' })
    const allowed = await eventually(async () => {
      const decision = await explain()
      return decision?.allowed ? decision : undefined
    })
    expect(allowed.reasons.map(({ why }) => why)).toMatchObject([
      { case: 'tier', value: { role: 'tier-gold', tier: 'GOLD', permission } },
    ])
    const tiers = allowed.flips.flatMap(({ change }) => (change.case === 'setTier' ? [change.value.tier] : []))
    expect(tiers).toEqual(['FREE', 'SILVER', 'PLATINUM'])
    expect((await createClient(AccessService, user.transport).listMyPermissions({})).permissions).toContain(permission)
    await subscription.setTier({ userId: user.id, tier: 'FREE' })
    await eventually(async () => (await explain())?.allowed === false)
    expect(await outcomeOf(operator.assignRole({ userId: user.id, role: 'tier-gold' }))).toBe(
      'FailedPrecondition IMPLICIT_ROLE',
    )
  })
})

describe('roles', () => {
  it('are seen by whoever holds them, here and in their account', async () => {
    const role = await newRole('user:list')
    const user = await mesh.newUser()
    await operator.assignRole({ userId: user.id, role })
    const mine = await createClient(AccessService, user.transport).listMyPermissions({})
    expect(mine.roles).toEqual(['member', role])
    expect(mine.permissions).toContain('user:list')
    const me = createClient(IdentityService, user.transport)
    await eventually(async () => (await me.getMe({})).user?.roles.includes(role) || undefined)
  })

  it('keep an operator out of reach of those who do not hold them', async () => {
    const helper = await mesh.newUser()
    await operator.assignRole({ userId: helper.id, role: 'customer-support' })
    const chief = createClient(IdentityService, await mesh.operator())
    const { user } = await chief.getMe({})
    const support = createClient(IdentityService, helper.transport)
    await eventually(async () => (await outcomeOf(support.listUsers({ pageSize: 1 }))) === 'in' || undefined)
    expect(await outcomeOf(support.suspendUser({ userId: user?.id ?? '', reason: 'mutiny' }))).toBe(
      'PermissionDenied BEYOND_CALLER',
    )
  })

  it('go with the account, and its token opens nothing any more', async () => {
    const user = await mesh.newUser()
    const own = createClient(AccessService, user.transport)
    expect((await own.listMyPermissions({})).permissions).toContain('story:create')
    await createClient(IdentityService, user.transport).deleteUser({ password: user.password })
    const isEnded = async () => (await outcomeOf(own.listMyPermissions({}))) === 'Unauthenticated SESSION_ENDED'
    await eventually(async () => (await isEnded()) || undefined)
  })
})

it('the log of all that is intact, and its entries say who did what', async () => {
  const role = await newRole()
  const { entries } = await operator.listAuditLog({ role })
  expect(entries).toMatchObject([{ role }])
  expect(await operator.verifyAuditLog({})).toMatchObject({ isIntact: true, findings: [] })
})
