import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { SecondFactor, type SecondFactors } from '../domain/second-factor.ts'

/** The second factors in the database. */
export const createSecondFactors = (unit: () => UnitOfWork): SecondFactors => ({
  find: (userId) => unit().find(SecondFactor, userId),
  add: (factor) => unit().add(factor),
  remove: (factor) => unit().remove(factor),
})
