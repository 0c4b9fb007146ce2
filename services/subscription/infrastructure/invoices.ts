import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Charges, Invoices } from '../application/ports.ts'
import { Charge } from '../domain/charge.ts'
import { Invoice, invoiceNotFound, invoiceNumber } from '../domain/invoice.ts'

/** The invoices in the database. */
export const createInvoices = (database: Database, unit: () => UnitOfWork): Invoices => ({
  get: async (id) => {
    const invoice = await unit().find(Invoice, id)
    if (!invoice) throw invoiceNotFound()
    return invoice
  },
  ofBill: async (billId) => (await unit().select(Invoice, 'bill_id = $1', billId))[0],
  nextNumber: async (year) => {
    const [row] = await database.sql<{ last: number }>('select last from invoice_numbers where year = $1', year)
    const next = (row?.last ?? 0) + 1
    unit().writeRows({
      sql: `insert into invoice_numbers as n (year, last) values ($1::int, $2::int)
        on conflict (year) do update set last = excluded.last where n.last = $2::int - 1 returning 1`,
      parameters: [year, next],
    })
    return invoiceNumber(year, next)
  },
  add: (invoice) => unit().add(invoice),
  list: (userId, before, limit) =>
    before === undefined
      ? unit().select(Invoice, 'user_id = $1 order by year desc, sequence desc limit $2::integer', userId, limit)
      : unit().select(
          Invoice,
          'user_id = $1 and (year, sequence) < ($2, $3) order by year desc, sequence desc limit $4::integer',
          userId,
          before.year,
          before.sequence,
          limit,
        ),
})

/** The charges in the database. */
export const createCharges = (unit: () => UnitOfWork): Charges => ({
  find: (id) => unit().find(Charge, id),
  add: (charge) => unit().add(charge),
  successful: async (invoiceId) =>
    (await unit().select(Charge, `invoice_id = $1 and status = 'SUCCEEDED'`, invoiceId))[0],
})
