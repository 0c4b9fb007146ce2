import type { SaleJournal } from '../../workload/sale/sale-journal.ts'
import { rowsOf } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

interface Charge {
  key: string
  reference: string
  amount: string
  refunded: string
  refunds: string
  noted: string | null
}

// The sandbox's own account of what it took and paid back, and what payment has noted of it.
const made = `select c.key, c.reference, c.amount, coalesce(r.amount, 0) as refunded, coalesce(r.times, 0) as refunds,
    p.status as noted
  from sandbox_charges c left join payments p on p.id::text = c.key
    left join (select target, sum(amount) as amount, count(*) as times from sandbox_transfers
      where kind = 'refund' and status = 'DONE' group by 1) r on r.target = 'sandbox_' || c.key
  where c.status = 'SUCCEEDED'`

const open = `select id::text from payments where status in ('PENDING', 'UNKNOWN', 'REQUIRES_ACTION')
  union all select id::text from refunds where status = 'PENDING'
  union all select key from sandbox_charges where status = 'REQUIRES_ACTION'`

/** By the provider's own account: what is confirmed is charged once and kept, all other money went back, once. */
export const checkCharges: Check<SaleJournal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('charges')
  const charges = await rowsOf<Charge>(world, 'payment', made)
  const rows = await rowsOf<{ id: string; status: string; total: string }>(
    world,
    'booking',
    'select id, status, total from reservations',
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const keyOf = new Map(journal.reservations.map(({ id, key }) => [id, key]))
  const idOf = ({ reference }: Charge) => reference.replace(/^RESERVATION:/, '')
  const kept = new Map<string, number>()
  for (const charge of charges) {
    const id = idOf(charge)
    const row = byId.get(id)
    const requests = keyOf.has(id) ? [keyOf.get(id) as string] : []
    const [amount, refunded] = [Number(charge.amount), Number(charge.refunded)]
    if (!row) add('wrong', `charge ${charge.key} is for ${charge.reference}, which is nowhere`)
    else if (amount !== Number(row.total))
      add('wrong', `charge ${charge.key} took ${amount} for ${row.total}`, ...requests)
    if (refunded > amount || Number(charge.refunds) > 1)
      add('doubled', `${refunded} of ${amount} were paid back of charge ${charge.key}`, ...requests)
    const noted = refunded > 0 ? 'REFUNDED' : 'SUCCEEDED'
    if (charge.noted !== noted)
      add('lost', `charge ${charge.key} is ${noted}, and noted as ${charge.noted}`, ...requests)
    if (refunded < amount) kept.set(id, (kept.get(id) ?? 0) + 1)
  }
  for (const [id, all] of Map.groupBy(charges, idOf)) {
    if (all.length > 1) add('doubled', `reservation ${id} was charged ${all.length} times`, keyOf.get(id) ?? id)
  }
  for (const { id, status, total } of rows) {
    const wanted = status === 'CONFIRMED' && Number(total) > 0 ? 1 : 0
    expectCount(kept.get(id) ?? 0, wanted, `charges kept of reservation ${id}, ${status}`)
  }
  for (const { id } of await rowsOf<{ id: string }>(world, 'payment', open)) add('stuck', `payment ${id} is undecided`)
  return findings
}
