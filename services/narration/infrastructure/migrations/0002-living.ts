import type { Migration } from '#shared/infrastructure/migrate.ts'

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
