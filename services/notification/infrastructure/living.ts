import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'

/** What the unit writes of these people is committed before any of them is gone, or the unit is run again. */
export const keepLiving = (unit: UnitOfWork, ids: readonly (string | undefined)[]): void => {
  const people = [...new Set(ids.filter((id) => id !== undefined))]
  if (people.length === 0) return
  unit.writeRows({ sql: 'select * from all_living($1::uuid[])', parameters: [people] })
}
