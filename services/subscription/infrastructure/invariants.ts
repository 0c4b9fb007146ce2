/** What must hold of the subscription database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'no more is used than the limit allows, overruns aside',
    sql: `select format('%s: %s of %s', id, used, allowed) from usage where used > allowed + overrun limit 10`,
  },
  {
    name: 'what is used is what was taken and what is set aside',
    sql: `select format('%s: %s, not %s + %s', u.id, u.used, u.committed, coalesce(h.held, 0)) from usage u
      left join (select counter_id, sum(amount) as held from reservations where state = 'HELD' group by counter_id) h
        on h.counter_id = u.id
      where u.used <> u.committed + coalesce(h.held, 0) limit 10`,
  },
  {
    name: 'what is set aside is counted somewhere',
    sql: `select r.key::text from reservations r where r.state = 'HELD'
      and not exists (select 1 from usage u where u.id = r.counter_id) limit 10`,
  },
  {
    name: 'an invoice is paid by one charge, or by credit alone',
    sql: `select format('%s: %s by %s charges', i.number, i.status, count(c.id)) from invoices i
      left join charges c on c.invoice_id = i.id and c.status = 'SUCCEEDED' group by i.id
      having count(c.id) <> case when i.status = 'PAID' and i.total > i.credit_applied then 1 else 0 end limit 10`,
  },
  {
    name: 'the invoices of a year are numbered without a gap',
    sql: `select format('%s: %s invoices, last number %s', n.year, count(i.id), n.last) from invoice_numbers n
      left join invoices i on i.year = n.year group by n.year, n.last
      having count(i.id) <> n.last or max(i.sequence) <> n.last limit 10`,
  },
  {
    name: 'credit is the sum of what was given and used',
    sql: `select format('%s: %s, not %s', coalesce(s.id, e.user_id), s.credit, e.sum) from subscriptions s
      full join (select user_id, sum(amount) from credit_entries group by user_id) e on e.user_id = s.id
      where coalesce(s.credit, 0) <> coalesce(e.sum, 0) limit 10`,
  },
  {
    name: 'only what is billed is suspended, cancelled or overdue',
    sql: `select id::text from subscriptions where renewal_bill is null and status in ('SUSPENDED', 'CANCELLED')
      or status = 'SUSPENDED' and not is_overdue limit 10`,
  },
]
