import { waitingInvariants } from './waiting-invariants.ts'

/** What must hold of the inventory database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'what is held and sold of a ticket type is what its holds and offers hold; those that ended hold nothing',
    sql: `select format('%s: %s held, %s sold, not %s and %s', coalesce(c.id, h.id), c.held, c.committed, h.held, h.committed)
      from ticket_counts c full join (
        select id, coalesce(sum(quantity) filter (where status <> 'COMMITTED'), 0) as held,
          coalesce(sum(quantity) filter (where status = 'COMMITTED'), 0) as committed
        from (
          select (item->>'ticketTypeId')::uuid as id, (item->>'quantity')::integer as quantity, status
            from holds, jsonb_array_elements(items) item where status in ('HELD', 'COMMITTED')
          union all select offered_type_id, offered_quantity, status
            from waiting_list where status in ('OFFERED', 'CLAIMED')
        ) one group by 1
      ) h on h.id = c.id
      where (c.held, c.committed) is distinct from (coalesce(h.held, 0), coalesce(h.committed, 0)) limit 10`,
  },
  {
    name: 'every ticket is available, held or sold',
    sql: `select id::text from ticket_counts where held + committed + available <> total
      or least(held, committed, available) < 0 limit 10`,
  },
  {
    name: 'every ticket type is counted',
    sql: `select id::text from ticket_types where id not in (select id from ticket_counts) limit 10`,
  },
  {
    name: 'an event has the tickets of its types, and never more than it has room for',
    sql: `select format('%s: %s of %s, for %s', i.id, sum(c.total), i.ticket_total, i.capacity) from inventories i
      left join ticket_types t on t.event_id = i.id left join ticket_counts c on c.id = t.id group by i.id
      having i.ticket_total <> coalesce(sum(c.total), 0) or i.capacity > 0 and i.ticket_total > i.capacity limit 10`,
  },
  {
    name: 'nothing was told of an event that had not come to be',
    sql: `select format('%s: %s of %s', i.id, i.told_version, sum(c.version)) from inventories i
      left join ticket_types t on t.event_id = i.id left join ticket_counts c on c.id = t.id group by i.id
      having i.told_version > coalesce(sum(c.version), 0) limit 10`,
  },
  {
    name: 'what was given back was told of once',
    sql: `select format('%s: %s, told %s times', h.id, h.status, count(e.id)) from holds h
      left join event_store e on e.stream_id = h.id::text and e.event_type = 'troupe.inventory.v1.TicketsReleased'
        and e.event_data->>'reason' = 'RELEASE_REASON_RETURNED'
      group by h.id having count(e.id) <> case when h.status = 'RETURNED' then 1 else 0 end limit 10`,
  },
  {
    name: 'what is sold was told of once, and what is held or lapsed was not sold',
    sql: `select format('%s: %s, told %s times', h.id, h.status, count(e.id)) from holds h
      left join event_store e on e.stream_id = h.id::text and e.event_type = 'troupe.inventory.v1.TicketsCommitted'
      group by h.id having count(e.id) <> case when h.status in ('COMMITTED', 'RETURNED') then 1 else 0 end limit 10`,
  },
  ...waitingInvariants,
]
