import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { People } from '../application/ports.ts'

/** What the unit adds of a person is committed before they are gone, or the unit is run again. */
export const keepLiving = (unit: UnitOfWork, userId: string): void =>
  unit.writeRows({ sql: 'select * from is_living($1::uuid)', parameters: [userId] })

/** Who has gone, in Postgres. The id alone stays. */
export const peopleRows = ({ database }: Pick<Kernel, 'database'>): People => ({
  leave: async (userId) => {
    await database.sql('insert into gone_people (user_id) values ($1) on conflict do nothing', userId)
    // From here on nobody adds anything of theirs any more.
    await database.sql('select await_writers()')
  },
  isGone: async (userId) => (await database.look('select 1 from gone_people where user_id = $1', userId)).length > 0,
})
