import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { OAuthLinks } from '../domain/oauth.ts'

/** The links in the database. */
export const createOAuthLinks = (database: Database, unit: () => UnitOfWork): OAuthLinks => ({
  ownerOf: async ({ provider, subject }) => {
    const [row] = await database.sql<{ user_id: string }>(
      'select user_id from oauth_links where provider = $1 and subject = $2',
      provider,
      subject,
    )
    return row?.user_id
  },
  add: (userId, { provider, subject }, now) =>
    unit().write({
      sql: 'insert into oauth_links (provider, subject, user_id, linked_at) values ($1, $2, $3, $4)',
      parameters: [provider, subject, userId, now],
    }),
  remove: (userId, provider) =>
    unit().write({
      sql: 'delete from oauth_links where user_id = $1 and provider = $2',
      parameters: [userId, provider],
    }),
})
