import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { leaveForGood } from '#shared/infrastructure/personal/living.ts'
import type { People } from '../application/ports.ts'

/** Who has gone, in Postgres. */
export const peopleRows = ({ database }: Pick<Kernel, 'database'>): People => ({
  leave: (userId) => leaveForGood(database, userId),
  isGone: async (userId) => (await database.look('select 1 from gone_people where user_id = $1', userId)).length > 0,
})
