import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { Erasure, type Erasures } from '../domain/erasure.ts'

/** The erasures in the database. */
export const createErasures = (unit: () => UnitOfWork): Erasures => ({
  add: (erasure) => unit().add(erasure),
  find: async (userId) => (await unit().select(Erasure, 'user_id = $1', userId))[0],
})
