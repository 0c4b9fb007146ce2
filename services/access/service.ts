import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError } from '@connectrpc/connect'
import { file_troupe_access_v1_access_events as events } from '#gen/troupe/access/v1/access_events_pb.ts'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { alreadyExists, conflict, DomainError } from '#shared/domain/errors.ts'
import { type Apart, createApart } from '#shared/infrastructure/apart.ts'
import { declaredPermissions } from '#shared/presentation/access-rules.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { allServices } from '#shared/presentation/descriptors.ts'
import { route } from '#shared/presentation/route.ts'
import { type AccessApp, createAccessApp } from './application/access-app.ts'
import type { DeclaredPermission } from './application/ports.ts'
import { startAnchoring } from './infrastructure/anchoring.ts'
import { createAuditTrail } from './infrastructure/audit-trail.ts'
import { createDecisionFacts } from './infrastructure/decision-facts.ts'
import { migrations } from './infrastructure/migrations.ts'
import { createPermissions, createRoles } from './infrastructure/roles.ts'
import { entities } from './infrastructure/schema.ts'
import { createHolders, createUsers } from './infrastructure/users.ts'
import { accessService } from './presentation/access-service.ts'
import { consumers } from './presentation/consumers.ts'

const askAgainMs = 100
const mostSeedings = 10

/** Puts access' parts together; `permissions` are those that contracts name. */
export const assemble = (
  kernel: Kernel,
  permissions: readonly DeclaredPermission[] = declaredPermissions(allServices()),
): AccessApp => {
  const { database, clock } = kernel
  const unit = () => kernel.unit()
  return createAccessApp({
    roles: createRoles(database, unit),
    permissions: createPermissions(unit),
    users: createUsers(unit, kernel.client(IdentityService)),
    holders: createHolders(database, unit),
    facts: createDecisionFacts(database),
    audit: createAuditTrail(database, unit, clock, kernel.published),
    declared: permissions,
    ids: { next: () => unit().next() },
    clock,
  })
}

/** Brings roles and permissions up to what contracts name; of replicas that do so at once, one is first. */
const seed = async (apart: Apart, app: AccessApp): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await apart('seed', () => app.seedContracts())
    } catch (error) {
      if (!(error instanceof DomainError) || tries === mostSeedings) throw error
      await sleep(askAgainMs)
    }
  }
}

/** Makes the account that a setting opened the first super-admin. Waits for identity, which may start meanwhile. */
const bootstrap = async (
  { client, log }: Kernel,
  app: AccessApp,
  apart: Apart,
  isStopping: () => boolean,
): Promise<void> => {
  const identity = client(IdentityService)
  for (let tries = 0; !isStopping() && (await app.needsSuperAdmin()); tries += 1) {
    try {
      const { userId } = await identity.getBootstrapAdmin({})
      // Once: whoever is suspended is one without being counted.
      return await apart('bootstrap', () => app.bootstrapSuperAdmin(userId))
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.NotFound) return
      if (tries % 100 === 99) log.warn('the first super-admin waits for identity', { error })
      await sleep(askAgainMs)
    }
  }
}

const compose = async (kernel: Kernel) => {
  const app = assemble(kernel)
  const apart = createApart('access', kernel.write)
  let isStopping = false
  let anchoring: ReturnType<typeof startAnchoring> | undefined
  return {
    routes: [route(AccessService, accessService(app))],
    consumers: consumers(app),
    erase: async (userId: string) => {
      // So does the consumer that welcomes users, in its turn; whoever comes second changes nothing.
      await app.removeUser(userId)
      return ['roles']
    },
    invariants: [
      {
        name: 'the holders of a role that can sign in are counted rightly',
        sql: `select h.role || ': ' || h.count as violation from holders h
              where h.count <> (select count(*) from users u where h.role = any(u.roles) and u.away_version is null)
              limit 10`,
      },
    ],
    start: async () => {
      await seed(apart, app)
      if (kernel.config.bootstrapAdmin) await bootstrap(kernel, app, apart, () => isStopping)
      anchoring = startAnchoring(kernel.log, () => apart('anchor', () => app.anchorAuditLog()))
    },
    stop: async () => {
      isStopping = true
      await anchoring?.stop()
    },
  }
}

const raced = () => conflict('TOO_MUCH_CONTENTION', 'others keep changing this; try again')

/** Roles, permissions, decisions, and the log of their changes. */
export const access = defineContext({
  name: 'access',
  entities,
  migrations,
  events,
  constraints: {
    roles_name_unique: () => alreadyExists('ROLE_EXISTS', 'there is a role of this name'),
    permissions_name_unique: () => alreadyExists('PERMISSION_EXISTS', 'there is a permission of this name'),
    grants_once: raced,
    contract_grants_once: raced,
    users_once: 'raced',
  },
  compose,
})
