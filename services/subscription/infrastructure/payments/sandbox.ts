import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#shared/infrastructure/database.ts'
import { failpoint } from '#shared/infrastructure/failpoints.ts'
import type { PaymentProvider } from '../../application/ports.ts'
import type { ChargeResult } from '../../domain/charge.ts'

const slowMs = 2000

interface TestCard {
  brand: string
  last4: string
  declines: 'never' | 'always' | 'first'
  /** The money moves, and nobody hears of it. */
  losesAnswers?: boolean
  isSlow?: boolean
}

const cards: Readonly<Record<string, TestCard>> = {
  tok_success: { brand: 'visa', last4: '4242', declines: 'never' },
  tok_declined: { brand: 'visa', last4: '0002', declines: 'always' },
  tok_declined_once: { brand: 'mastercard', last4: '0341', declines: 'first' },
  tok_answer_lost: { brand: 'mastercard', last4: '4444', declines: 'never', losesAnswers: true },
  tok_slow: { brand: 'amex', last4: '0005', declines: 'never', isSlow: true },
}

const resultOf = (key: string, status: string): ChargeResult =>
  status === 'SUCCEEDED' ? { status, providerId: `sandbox_${key}` } : { status: 'DECLINED', problem: 'CARD_DECLINED' }

/**
 * A payment provider to try things with: no money moves, and test cards misbehave. It keeps what it was asked for like a
 * company of its own, beside any unit of work, so that a crash of the mesh does not touch it.
 */
export const createSandbox = (database: Database): PaymentProvider => {
  const stored = async (key: string): Promise<ChargeResult | undefined> => {
    const [row] = await database.sql<{ status: string }>('select status from sandbox_charges where key = $1', key)
    return row && resultOf(key, row.status)
  }
  return {
    describe: async (token) => {
      const card = cards[token]
      return card && { brand: card.brand, last4: card.last4 }
    },
    charge: async ({ key, token, amount }, signal) => {
      const card = cards[token]
      if (!card) return { status: 'DECLINED', problem: 'UNKNOWN_CARD' }
      if (card.isSlow) await sleep(slowMs, undefined, { signal })
      failpoint('charge:before')
      const [row] = await database.sql<{ status: string; times_asked: number }>(
        `insert into sandbox_charges as s (key, token, cents, status) values ($1, $2, $3,
           case when $4 = 'always' or $4 = 'first' and right($1, 2) = ':1' then 'DECLINED' else 'SUCCEEDED' end)
         on conflict (key) do update set times_asked = s.times_asked + 1 returning status, times_asked`,
        key,
        token,
        amount.minorUnits,
        card.declines,
      )
      failpoint('charge:after')
      if (card.losesAnswers && row?.times_asked === 1) return { status: 'UNKNOWN' }
      return resultOf(key, row?.status ?? '')
    },
    find: async (key) => (await stored(key)) ?? 'ABSENT',
  }
}
