import type { Migration } from '#shared/infrastructure/migrate.ts'

const lock = 0x6c697665

/**
 * Whoever writes something of people and whoever removes all of somebody would not see each other: both began before the
 * other one was done. So writers ask `all_living`, which holds a lock until they are committed, and whoever removes waits
 * by `await_writers` once it is known who is gone. What a function runs sees all that was committed when it came to it.
 */
export const living: Migration = {
  name: '0008-living',
  up: [
    `create function all_living(ids uuid[]) returns setof boolean language plpgsql as $$
       begin
         perform pg_advisory_xact_lock_shared(${lock});
         return query select true where not exists (select from gone_people where user_id = any(ids));
       end $$`,
    `create function await_writers() returns void language plpgsql as $$
       begin
         perform pg_advisory_xact_lock(${lock});
       end $$`,
  ],
}
