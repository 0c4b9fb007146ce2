/** What must hold of lines and of waiting lists at all times. */
export const waitingInvariants: readonly { name: string; sql: string }[] = [
  {
    name: 'nobody is let in who has no place, and no place is beyond the last one',
    sql: `select format('%s: %s let in, %s joined, last %s', q.event_id, r.admitted, q.joined, p.last) from queue_counts q
      left join waiting_rooms r on r.id = q.event_id
      left join lateral (select max(position) as last from queue_places p where p.event_id = q.event_id) p on true
      where coalesce(r.admitted, 0) > q.joined or p.last > q.joined limit 10`,
  },
  {
    name: 'those who were let in came in one wave after the other, each position in one',
    sql: `select format('%s: a wave after %s follows one up to %s', event_id, after, before) from (
        select event_id, after, lag(up_to) over (partition by event_id order by up_to) as before from queue_waves
      ) w where after <> before
      union all
      select format('%s: let in up to %s, not %s', r.id, r.admitted, w.last) from waiting_rooms r
        join lateral (select max(up_to) as last from queue_waves w where w.event_id = r.id) w on w.last is not null
        where w.last <> r.admitted limit 10`,
  },
  {
    name: 'only who was let in has used their place, and each for a reservation of its own',
    sql: `select format('%s: position %s', p.event_id, p.position) from queue_places p
        left join waiting_rooms r on r.id = p.event_id
        where p.reservation_id is not null and p.position > coalesce(r.admitted, 0)
      union all
      select format('%s: used %s times', reservation_id, count(*)) from queue_places
        where reservation_id is not null group by reservation_id having count(*) > 1 limit 10`,
  },
  {
    name: 'whoever waits wants something, and nobody else does',
    sql: `select format('%s: %s, wants %s', l.id, l.status, count(w.entry_id)) from waiting_list l
      left join waiting_wants w on w.entry_id = l.id group by l.id
      having count(w.entry_id) <> case when l.status = 'WAITING' then jsonb_array_length(l.ticket_type_ids) else 0 end
      limit 10`,
  },
  {
    name: 'what was offered was wanted, and told of once',
    sql: `select format('%s: told %s times', l.id, count(e.id)) from waiting_list l
      left join event_store e on e.stream_id = l.id::text
        and e.event_type = 'troupe.inventory.v1.WaitingListOffered'
      group by l.id
      having count(e.id) <> case when l.offered_type_id is null then 0 else 1 end
        or l.offered_type_id is not null and not l.ticket_type_ids ? l.offered_type_id::text limit 10`,
  },
]
