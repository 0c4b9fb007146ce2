import type { Database } from '#shared/infrastructure/database.ts'
import type { Tiers } from '../application/ports.ts'
import { cents, type Tier } from '../domain/tier.ts'

const rememberMs = 10_000

interface TierRow {
  [column: string]: unknown
  id: string
  name: string
  price_cents: number
  features: string[]
  limits: Tier['limits']
}

/** The tiers in the database, looked up at most every ten seconds: each reservation asks for them. */
export const createTiers = (database: Database): Tiers => {
  let known: { tiers: Promise<Tier[]>; at: number } | undefined
  const read = async (): Promise<Tier[]> => {
    const rows = await database.sql<TierRow>('select * from tiers order by price_cents, id')
    return rows.map(({ id, name, features, limits, price_cents }) => {
      return { id, name, features, limits, price: cents(price_cents) }
    })
  }
  return {
    all: () => {
      const now = performance.now()
      if (known && now - known.at < rememberMs) return known.tiers
      const tiers = read()
      const looked = { tiers, at: now }
      known = looked
      tiers.catch(() => {
        if (known === looked) known = undefined
      })
      return tiers
    },
  }
}
