import { precondition } from '#shared/domain/errors.ts'
import { isCountedByPeriod } from '../domain/tier.ts'
import { type CounterPlace, levelOf } from '../domain/usage.ts'
import type { Ports } from './ports.ts'
import { allowed, settleUncounted, type UsageRequest } from './reserve-usage.ts'

const countWithin = async (
  { ledger, clock, apart }: Ports,
  place: CounterPlace,
  limit: number,
  { key, amount }: Pick<UsageRequest, 'key' | 'amount'>,
): Promise<number> => {
  const { counter } = await ledger.look(place.id, key, clock.now())
  if (counter && counter.allowed !== limit) await apart('adopt-limit', async () => ledger.adopt(place.id, limit))
  const used = (counter?.used ?? 0) + amount
  const change = { used: amount, committed: amount, overrun: used > limit ? amount : 0 }
  if (counter) ledger.change(place.id, change)
  else ledger.open(place, limit, change)
  return used
}

/**
 * Counts what was used. A reservation that lapsed meanwhile is taken again; where nothing is free any more, it is
 * counted above the limit.
 */
export const commitUsage =
  (ports: Ports) =>
  async (request: Omit<UsageRequest, 'expiresInMs'>, at: Date): Promise<void> => {
    const { ledger, clock } = ports
    const { userId, resource, amount, key } = request
    const reservation = await ledger.reservation(key)
    if (reservation?.state === 'COMMITTED') return
    if (reservation?.state === 'HELD') {
      if (reservation.isCounted) {
        ledger.change(reservation.counterId, { used: 0, committed: reservation.amount })
        ledger.mark(key, 'HELD', 'COMMITTED')
        return
      }
      await settleUncounted(ports, key)
    }
    const { allowance, limit, place } = await allowed(ports, userId, resource, at)
    // Who has left is not counted any more.
    if (allowance.status === 'EXPIRED') return
    if (limit === undefined) ledger.count(place, amount)
    else if (levelOf(await countWithin(ports, place, limit, request), limit) > 0) ports.afterCommit(ports.onUsed)
    // Also where there is no limit: what is released by this key may count against one later.
    ledger.take(key, place, { amount, now: clock.now() })
  }

/**
 * Gives back what was set aside, and what was taken of what is counted as long as it exists, several at once. Throws
 * USAGE_COMMITTED.
 */
export const releaseUsage =
  ({ ledger }: Ports) =>
  async (...keys: readonly string[]): Promise<void> => {
    const changes = new Map<string, { used: number; committed: number }>()
    const marks: { key: string; state: 'HELD' | 'COMMITTED' }[] = []
    for (const key of new Set(keys)) {
      const reservation = await ledger.reservation(key)
      if (reservation?.state !== 'HELD' && reservation?.state !== 'COMMITTED') continue
      const { state, counterId, amount, resource, isCounted } = reservation
      if (state === 'COMMITTED' && isCountedByPeriod(resource))
        throw precondition('USAGE_COMMITTED', 'this was used, and stays counted')
      const { used, committed } = changes.get(counterId) ?? { used: 0, committed: 0 }
      const taken = state === 'COMMITTED' ? amount : 0
      if (isCounted) changes.set(counterId, { used: used - amount, committed: committed - taken })
      marks.push({ key, state })
    }
    for (const [counterId, change] of changes) ledger.change(counterId, change)
    for (const { key, state } of marks) ledger.mark(key, state, 'RELEASED')
  }
