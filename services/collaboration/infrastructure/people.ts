import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { peopleRows as livingPeople } from '#shared/infrastructure/personal/living.ts'
import type { People } from '../application/ports.ts'

const remember = `insert into people (user_id, display_name) values ($1, $2)
  on conflict (user_id) do update set display_name = excluded.display_name`

/** What people are called, in Postgres. */
export const peopleRows = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): People => ({
  names: async (ids) => {
    const rows = await database.sql<{ id: string; name: string }>(
      'select user_id as id, display_name as name from people where user_id = any($1::uuid[])',
      [...new Set(ids)],
    )
    return new Map(rows.map(({ id, name }) => [id, name]))
  },
  remember: (userId, displayName) =>
    unit().write({ sql: remember, parameters: [userId, displayName.replaceAll('\0', '')] }),
  forget: (userId) => unit().write({ sql: 'delete from people where user_id = $1', parameters: [userId] }),
  leave: livingPeople({ database }).leave,
})
