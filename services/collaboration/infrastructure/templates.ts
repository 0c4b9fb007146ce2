import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Templates } from '../application/ports.ts'
import type { Template } from '../domain/template.ts'
import { newestFirst } from './pages.ts'

type Row = Template & { [column: string]: unknown }

const columns = 'id, owner_id as "ownerId", story_id as "storyId", name, roles, created_at as "createdAt"'

/** The templates in Postgres. */
export const templateRows = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Templates => {
  const select = (where: string, ...values: unknown[]) =>
    database.sql<Row>(`select ${columns} from templates where ${where}`, ...values)
  return {
    find: async (id) => (await select('id = $1', id))[0],
    count: async (ownerId) => {
      const [row] = await database.sql<{ count: number }>('select count(*) from templates where owner_id = $1', ownerId)
      return row?.count ?? 0
    },
    list: (ownerId, page) => newestFirst(select, page, 'owner_id = $1', ownerId),
    add: ({ id, ownerId, storyId, name, roles, createdAt }) => {
      keepLiving(unit(), ownerId)
      unit().write({
        sql: `insert into templates (id, owner_id, story_id, name, roles, created_at)
          values ($1, $2, $3, $4, $5::jsonb, $6)`,
        parameters: [id, ownerId, storyId, name, JSON.stringify(roles), createdAt],
      })
    },
    remove: (id) => unit().write({ sql: 'delete from templates where id = $1', parameters: [id] }),
    forget: (ownerId) => unit().write({ sql: 'delete from templates where owner_id = $1', parameters: [ownerId] }),
  }
}
