import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Credits } from '../application/ports.ts'
import { CreditEntry } from '../domain/credit.ts'

/** The changes of credit in the database. */
export const createCredits = (unit: () => UnitOfWork): Credits => ({
  add: (entry) => unit().add(entry),
  list: (userId, before, limit) =>
    before === undefined
      ? unit().select(CreditEntry, 'user_id = $1 order by at desc, id desc limit $2::integer', userId, limit)
      : unit().select(
          CreditEntry,
          'user_id = $1 and (at, id) < ($2, $3) order by at desc, id desc limit $4::integer',
          userId,
          before.time,
          before.id,
          limit,
        ),
  forget: (userId) => unit().write({ sql: 'delete from credit_entries where user_id = $1', parameters: [userId] }),
})
