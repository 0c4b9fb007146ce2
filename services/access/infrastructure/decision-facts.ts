import type { Database } from '#shared/infrastructure/database.ts'
import type { DecisionFacts } from '../application/ports.ts'
import type { GrantFact, Standing } from '../domain/decision.ts'

/** What decisions depend on, in one query each. */
export const createDecisionFacts = (database: Database): DecisionFacts => ({
  users: async (ids) => {
    const rows = await database.sql<{ id: string } & Pick<Standing, keyof Standing>>(
      `select id, roles, tier, is_suspended as "isSuspended", gone_at is not null as "isGone"
       from users where id = any($1::uuid[])`,
      ids,
    )
    return new Map(rows.map(({ id, ...standing }) => [id, standing]))
  },
  grants: async (permissions) => {
    const rows = await database.sql<{ permission: string } & Record<'grantId' | 'roleId' | 'role', string>>(
      `select g.permission, g.id as "grantId", r.id as "roleId", r.name as role
       from grants g join roles r on r.name = g.role where g.permission = any($1::text[]) order by r.name`,
      permissions,
    )
    const facts = new Map<string, GrantFact[]>()
    for (const { permission, ...fact } of rows) facts.set(permission, [...(facts.get(permission) ?? []), fact])
    return facts
  },
  permissionsOf: async (roles) => {
    const rows = await database.sql<{ permission: string }>(
      'select distinct permission from grants where role = any($1::text[])',
      roles,
    )
    return rows.map(({ permission }) => permission)
  },
})
