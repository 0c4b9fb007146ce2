import type { Expiry } from '#shared/infrastructure/janitor.ts'
import { keepHoldsMs } from '../domain/hold.ts'
import { keepQueueMs } from '../domain/queue-place.ts'
import { keepEntriesMs } from '../domain/waiting-list-entry.ts'

const ofClosedEvent = 'event_id in (select id from inventories where is_closed)'

/** Holds that hold nothing, places in line and entries that wait for nothing. What is sold stays until it is returned. */
export const expiries: readonly Expiry[] = [
  {
    table: 'holds',
    key: 'id',
    column: 'changed_at',
    keepMs: keepHoldsMs,
    where: `status in ('LAPSED', 'RELEASED', 'RETURNED')`,
  },
  {
    table: 'queue_places',
    key: 'event_id, user_id',
    column: 'joined_at',
    keepMs: keepQueueMs,
    where: `position <= (select admitted from waiting_rooms r where r.id = event_id) or ${ofClosedEvent}`,
  },
  { table: 'queue_waves', key: 'event_id, up_to', column: 'until', keepMs: keepQueueMs },
  {
    table: 'waiting_list',
    key: 'id',
    column: 'changed_at',
    keepMs: keepEntriesMs,
    where: `status in ('RESERVED', 'LAPSED', 'LEFT') or status = 'WAITING' and ${ofClosedEvent}`,
  },
]
