import type { Database } from '#shared/infrastructure/database.ts'

const rowsAtOnce = 2_000

const suppressions = `delete from suppressions where address_hash in (
  select address_hash from deliveries where recipient_id = $1 and address_hash is not null)`

// A mail that names somebody may be the digest that something about them went out in.
const deliveries = `with gone as (
    delete from deliveries where id in (
      select id from deliveries where recipient_id = $1 or about_id = $1 limit ${rowsAtOnce})
    returning id, digest_id),
  mails as (delete from mailbox m using gone where m.delivery_id = gone.id or m.delivery_id = gone.digest_id)
  select count(*) as count from gone`

// What goes out to many comes first, so that it makes nothing more.
const first = [
  'insert into gone_people (user_id) values ($1) on conflict do nothing',
  // From here on nobody writes of them any more.
  'select await_writers() from (select $1::uuid) gone',
  'delete from fan_outs where about_id = $1',
  suppressions,
]

const rest = [
  'delete from preferences where id = $1',
  'delete from devices where user_id = $1',
  'delete from holders where user_id = $1',
  'delete from inboxes where user_id = $1',
  'delete from people where user_id = $1',
]

/**
 * Removes what is held of a person: what they were told, and what others were told of them. It may be many rows, so they
 * go in steps; done again after a crash, it goes on. The id alone stays, so that nobody is told of them any more.
 */
export const erasePerson = async (database: Database, userId: string, signal: AbortSignal): Promise<string[]> => {
  for (const statement of first) await database.sql(statement, userId)
  for (let left = rowsAtOnce; left === rowsAtOnce; ) {
    signal.throwIfAborted()
    left = (await database.sql<{ count: number }>(deliveries, userId))[0]?.count ?? 0
  }
  for (const statement of rest) await database.sql(statement, userId)
  return [
    'notifications',
    'mails in the local mailbox',
    'preferences',
    'devices',
    'tickets to remind of',
    'name as others were told of it',
  ]
}
