import type { Journal } from '../workload/journal.ts'
import { rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

interface Noted {
  payment_id: string
  user_id: string
  amount: string
  status: string
}

interface Taken {
  key: string
  amount: string
}

/** Who pays was charged once, by the provider's own account, and everything that it took is noted. */
export const checkPayments: Check<Journal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('payments')
  const noted = await rowsOf<Noted>(
    world,
    'subscription',
    'select c.payment_id, i.user_id, c.amount, c.status from charges c join invoices i on i.id = c.invoice_id',
  )
  const taken = await rowsOf<Taken>(
    world,
    'payment',
    `select key, amount from sandbox_charges where status = 'SUCCEEDED' and reference like 'INVOICE:%'`,
  )
  const byPayment = new Map(noted.map((charge) => [charge.payment_id, charge]))
  const strays = taken.filter(({ key }) => !byPayment.has(key))
  expectCount(strays.length, 0, 'charges that nobody noted before they were made')
  for (const { id, hasPaid } of journal.authors) {
    const own = noted.filter(({ user_id }) => user_id === id)
    const made = taken.filter(({ key }) => byPayment.get(key)?.user_id === id)
    const succeeded = own.filter(({ status }) => status === 'SUCCEEDED')
    if (hasPaid || made.length > 1) expectCount(made.length, 1, `charges of ${id}, who has PLATINUM`)
    if (made.length !== succeeded.length)
      add('lost', `of ${made.length} charges of ${id}, ${succeeded.length} are noted`)
    for (const { key, amount } of made)
      if (Number(byPayment.get(key)?.amount) !== Number(amount)) add('lost', `${key} of ${id} took ${amount}`)
  }
  return findings
}
