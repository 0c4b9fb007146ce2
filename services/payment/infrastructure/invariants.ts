/** What must hold of the payment database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'the ledger sums to zero, posting by posting',
    sql: `select format('%s: %s %s over', posting_id, sum(amount), currency) from entries
      group by posting_id, currency having sum(amount) <> 0 limit 10`,
  },
  {
    name: 'a purpose has one successful or undecided payment',
    sql: `select format('%s %s: %s payments', purpose_kind, purpose_id, count(*)) from payments
      where status not in ('FAILED', 'CANCELLED') group by purpose_kind, purpose_id having count(*) > 1 limit 10`,
  },
  {
    name: 'no more is paid back than was charged',
    sql: `select format('%s: %s of %s', p.id, sum(r.amount), p.amount) from payments p
      join refunds r on r.payment_id = p.id and r.status <> 'FAILED'
      group by p.id having sum(r.amount) > case when p.is_received then p.amount else 0 end limit 10`,
  },
  {
    name: 'every charge that came about is posted once, with its amount, and no other is',
    sql: `select format('%s: %s, posted %s of %s', coalesce(p.id::text, e.id), p.status, e.amount, p.amount)
      from (select id, status, amount from payments where is_received) p
      full join (select substr(posting_id, 8) as id, -sum(amount) as amount from entries
        where posting_id like 'charge:%' and account like 'paid:%' group by 1) e on e.id = p.id::text
      where p.amount is distinct from e.amount limit 10`,
  },
  {
    name: 'every refund that left is posted with its amount, and no other is',
    sql: `select format('%s: %s, posted %s', coalesce(r.id::text, e.id), r.amount, e.amount)
      from (select id, amount from refunds where status = 'PROCESSED') r
      full join (select split_part(posting_id, ':', 2) as id, sum(amount) as amount from entries
        where posting_id like 'refund%' and account like 'paid:%' group by 1 having sum(amount) <> 0) e
        on e.id = r.id::text
      where r.amount is distinct from e.amount limit 10`,
  },
  {
    name: 'what a payment shows as paid back is the sum of its refunds, late ones aside',
    sql: `select format('%s: %s, not %s', p.id, p.refunded, coalesce(sum(r.amount), 0)) from payments p
      left join refunds r on r.payment_id = p.id and r.status = 'PROCESSED'
      group by p.id having p.refunded <> coalesce(sum(r.amount), 0) limit 10`,
  },
  {
    name: 'balances are what the ledger owes',
    sql: `select format('%s: %s, not %s', coalesce(b.id, e.id), b.minor_units, e.owed) from balances b
      full join (select substr(account, 9) || ':' || currency as id, -sum(amount) as owed from entries
        where account like 'balance:%' group by 1) e on e.id = b.id
      where coalesce(b.minor_units, 0) <> coalesce(e.owed, 0) limit 10`,
  },
  {
    name: 'what is on its way to banks is what the ledger says',
    sql: `select format('%s: %s, not %s', coalesce(p.currency, e.currency), p.sum, e.sum)
      from (select currency, sum(minor_units) from payouts where status = 'PENDING' group by currency) p
      full join (select currency, -sum(amount) as sum from entries where account = 'payouts' group by currency) e
        on e.currency = p.currency
      where coalesce(p.sum, 0) <> coalesce(e.sum, 0) limit 10`,
  },
  {
    name: 'what is shown of a payment is what its last event says',
    sql: `select format('%s: %s after %s', p.id, p.status, e.type) from payments p
      join lateral (select split_part(event_type, '.', 4) as type from event_store
        where stream_id = p.id::text and event_type not like '%.Refund%' order by event_version desc limit 1) e on true
      where not case e.type when 'PaymentInitiated' then p.status = 'PENDING'
        when 'PaymentActionRequired' then p.status = 'REQUIRES_ACTION'
        when 'PaymentSucceeded' then p.status in ('SUCCEEDED', 'PARTIALLY_REFUNDED', 'REFUNDED')
        when 'PaymentFailed' then p.status = 'FAILED' when 'PaymentBecameUnknown' then p.status = 'UNKNOWN'
        when 'PaymentCancelled' then p.status = 'CANCELLED' else p.status in ('FAILED', 'CANCELLED') end limit 10`,
  },
  {
    name: 'the sandbox charged a purpose once, what came late aside, and every charge of it is known',
    sql: `select format('%s: %s charges, %s of them noted', s.reference, count(*), count(p.id)) from sandbox_charges s
      left join payments p on p.id::text = s.key and p.amount = s.amount and p.currency = s.currency
      where s.status = 'SUCCEEDED' group by s.reference
      having count(*) filter (where p.status not in ('FAILED', 'CANCELLED')) > 1 or count(p.id) <> count(*) limit 10`,
  },
]
