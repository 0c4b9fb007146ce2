import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { isUuid } from '#shared/infrastructure/uuid.ts'
import type { Contact, Directory, Profile, UserFilter } from '../application/ports.ts'
import { User } from '../domain/user.ts'

// A range in byte order instead of LIKE: it uses its index in a prepared statement, and needs no escaping.
const beginsWith = (column: string, value: string) =>
  `(lower(${column}) collate "C" >= lower(${value}) and lower(${column}) collate "C" < lower(${value}) || chr(1114111))`

const conditionOf = ({ query, isActive, after, limit }: UserFilter): [string, unknown[]] => {
  const values: unknown[] = []
  const value = (item: unknown, type: string) => `$${values.push(item)}::${type}`
  const conditions = ['true']
  if (query !== '') {
    const prefix = value(query, 'text')
    const matches = [beginsWith('email', prefix), beginsWith('display_name', prefix)]
    if (isUuid(query)) matches.push(`id = ${value(query, 'uuid')}`)
    conditions.push(`(${matches.join(' or ')})`)
  }
  // Written out, so that the planner sees which of them an index holds.
  if (isActive !== undefined) conditions.push(`suspended_at is ${isActive ? '' : 'not '}null`)
  if (after) conditions.push(`(created_at, id) < (${value(after.time, 'timestamptz')}, ${value(after.id, 'uuid')})`)
  const where = conditions.join(' and ')
  return [`${where} order by created_at desc, id desc limit ${value(limit, 'integer')}`, values]
}

/** Reads of accounts straight from the database. */
export const createDirectory = (database: Database, unit: () => UnitOfWork): Directory => ({
  profiles: async (ids) =>
    (await database.sql(
      `select id, display_name as "displayName", avatar_url as "avatarUrl", bio, created_at as "createdAt"
       from users where id = any($1::uuid[]) and suspended_at is null`,
      ids,
    )) as unknown as Profile[],
  contacts: async (ids) =>
    (await database.sql(
      `select id as "userId", display_name as "displayName", email, email_verified as "emailVerified",
         phone, language, time_zone as "timeZone"
       from users where id = any($1::uuid[]) and suspended_at is null`,
      ids,
    )) as unknown as Contact[],
  credentials: async (emailKey) => {
    const [row] = await database.sql<{ id: string; password_hash: string | null; has_totp: boolean }>(
      'select id, password_hash, has_totp from users where email_key = $1',
      emailKey,
    )
    return row && { userId: row.id, passwordHash: row.password_hash ?? undefined, hasTotp: row.has_totp }
  },
  list: (filter) => {
    const [condition, values] = conditionOf(filter)
    return unit().select(User, condition, ...values)
  },
})
