import { rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

interface Paid {
  user_id: string
  /** What the provider took, and what is noted of it. */
  taken: string
  noted: string
}

/** Who pays was charged once, by the provider's own account, and everything that it took is noted. */
export const checkPayments: Check = async (world, journal) => {
  const { add, expectCount, findings } = finder('payments')
  const rows = await rowsOf<Paid>(
    world,
    'subscription',
    `select i.user_id, count(s.key) as taken, count(c.id) filter (where c.status = 'SUCCEEDED') as noted
     from invoices i join charges c on c.invoice_id = i.id
       left join sandbox_charges s on s.key = c.id and s.status = 'SUCCEEDED'
     group by i.user_id`,
  )
  const paid = new Map(rows.map((row) => [row.user_id, row]))
  for (const { id, hasPaid } of journal.authors) {
    const [taken, noted] = [Number(paid.get(id)?.taken ?? 0), Number(paid.get(id)?.noted ?? 0)]
    if (hasPaid || taken > 1) expectCount(taken, 1, `charges of ${id}, who has PLATINUM`)
    if (taken !== noted) add('lost', `of ${taken} charges of ${id}, ${noted} are noted`)
  }
  const [stray] = await rowsOf<{ n: string }>(
    world,
    'subscription',
    `select count(*) as n from sandbox_charges where key not in (select id from charges)`,
  )
  expectCount(Number(stray?.n), 0, 'charges that nobody noted before they were made')
  return findings
}
