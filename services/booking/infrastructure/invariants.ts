const name = (event: string) => `'troupe.booking.v1.${event}'`

const told = (event: string) => `(select count(*) from event_store e where e.stream_id = r.id::text
  and e.event_type = ${name(event)})`

/** What must hold of the booking database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'paid is confirmed or goes back, and confirmed is paid or costs nothing',
    sql: `select format('%s: %s, %s', id, status, payment_status) from reservations
      where (payment_status = 'PAID') <> (status = 'CONFIRMED' and total > 0)
        or payment_status like 'REFUND%' and status not in ('CANCELLED', 'EXPIRED') limit 10`,
  },
  {
    name: 'a reservation looks like its stream',
    sql: `select r.id::text from reservations r left join (
        select stream_id, max(event_version) as version from event_store where stream_type = 'Reservation' group by 1
      ) e on e.stream_id = r.id::text where r.version is distinct from e.version limit 10`,
  },
  {
    name: 'a reservation was confirmed at most once, ended at most once, and is what it was told to be',
    sql: `select format('%s: %s', r.id, r.status) from reservations r
      where ${told('ReservationConfirmed')} > 1
        or ${told('ReservationCancelled')} <> (case when r.status = 'CANCELLED' then 1 else 0 end)
        or ${told('ReservationExpired')} <> (case when r.status = 'EXPIRED' then 1 else 0 end)
        or r.status = 'CONFIRMED' and ${told('ReservationConfirmed')} <> 1 limit 10`,
  },
  {
    name: 'a confirmed reservation has a ticket for each place, and no other has one that lets in',
    sql: `select format('%s: %s with %s tickets', r.id, r.status, count(t.id)) from reservations r
      left join tickets t on t.reservation_id = r.id group by r.id
      having r.status = 'CONFIRMED' and count(t.id) <>
          (select sum((item->>'quantity')::integer) from jsonb_array_elements(r.items) item)
        or (r.status <> 'CONFIRMED' or r.cancel_reason is not null) and count(t.id) filter (where t.status = 'VALID') > 0
      limit 10`,
  },
  {
    name: 'what is paid back was paid, once',
    sql: `select r.id::text from reservations r where r.payment_status like 'REFUND%'
      and (r.total = 0 or r.payment_id is null) or ${told('ReservationRefunded')} > 1 limit 10`,
  },
  {
    name: 'a ticket was used once, at a time',
    sql: `select t.id::text from tickets t left join event_store e on e.stream_id = t.id::text
        and e.event_type = ${name('TicketCheckedIn')}
      group by t.id having count(e.id) > 1 or t.status = 'USED' and (count(e.id) <> 1 or t.used_at is null) limit 10`,
  },
]
