import type { People } from '../../application/people.ts'
import type { Kernel } from '../kernel.ts'
import type { Migration } from '../migrate.ts'
import type { UnitOfWork } from '../unit-of-work.ts'

const lock = 0x6c697665

/**
 * Whoever writes something of a person and whoever removes all of theirs would not see each other: both began before the
 * other one was done. So writers ask `is_living`, which holds a lock until they are committed, and whoever removes waits by
 * `await_writers` once it is known who is gone. What a function runs sees all that was committed when it came to it.
 */
export const living: Migration = {
  name: '0002-living',
  up: [
    'create table gone_people (user_id uuid primary key)',
    `create function is_living(id uuid) returns setof boolean language plpgsql as $$
       begin
         perform pg_advisory_xact_lock_shared(${lock});
         return query select true where not exists (select from gone_people where user_id = id);
       end $$`,
    `create function await_writers() returns void language plpgsql as $$
       begin
         perform pg_advisory_xact_lock(${lock});
       end $$`,
  ],
}

/** What the unit adds of a person is committed before they are gone, or the unit is run again. */
export const keepLiving = (unit: UnitOfWork, userId: string): void =>
  unit.writeRows({ sql: 'select * from is_living($1::uuid)', parameters: [userId] })

/** Who has gone, in the database of a context that has migrated to `living`. The id alone stays. */
export const peopleRows = ({ database }: Pick<Kernel, 'database'>): People => ({
  leave: async (userId) => {
    await database.sql('insert into gone_people (user_id) values ($1) on conflict do nothing', userId)
    // From here on nobody adds anything of theirs any more.
    await database.sql('select await_writers()')
  },
  isGone: async (userId) => (await database.look('select 1 from gone_people where user_id = $1', userId)).length > 0,
})
