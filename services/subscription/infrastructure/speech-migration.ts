import type { Migration } from '#shared/infrastructure/migrate.ts'

/** In thousands of characters a month; what somebody set already stays. */
const limit = (tier: string, speech: number) =>
  `update tiers set limits = jsonb_build_object('SPEECH', ${speech}) || limits where id = '${tier}'`

/** What paid engines speak counts by the period. */
export const speechMigration: Migration = {
  name: '0004-speech',
  up: [
    limit('FREE', 20),
    limit('SILVER', 200),
    limit('GOLD', 600),
    limit('PLATINUM', 2000),
    'drop index reservations_old',
    `create index reservations_old on reservations (created_at)
     where state in ('RELEASED', 'LAPSED') or state = 'COMMITTED' and resource in ('STORIES', 'FILMS', 'SPEECH')`,
  ],
}
