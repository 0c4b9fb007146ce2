import { precondition } from '#shared/domain/errors.ts'
import { isCountedByPeriod } from '../domain/tier.ts'
import { levelOf } from '../domain/usage.ts'
import type { Ports } from './ports.ts'
import { allowed, type UsageRequest } from './reserve-usage.ts'

/**
 * Counts what was used. A reservation that lapsed meanwhile is taken again; where nothing is free any more, it is
 * counted above the limit.
 */
export const commitUsage =
  (ports: Ports) =>
  async (request: Omit<UsageRequest, 'expiresInMs'>, at: Date): Promise<void> => {
    const { ledger, clock, apart } = ports
    const { userId, resource, amount, key } = request
    const reservation = await ledger.reservation(key)
    if (reservation?.state === 'COMMITTED') return
    if (reservation?.state === 'HELD') {
      ledger.mark(key, 'HELD', 'COMMITTED')
      ledger.change(reservation.counterId, { used: 0, committed: reservation.amount })
      return
    }
    const { allowance, limit, place } = await allowed(ports, userId, resource, at)
    // Who has left is not counted any more.
    if (allowance.status === 'EXPIRED') return
    if (limit === undefined) return ledger.count(place, amount)
    const { counter } = await ledger.look(place.id, key, clock.now())
    if (counter && counter.allowed !== limit) await apart('adopt-limit', async () => ledger.adopt(place.id, limit))
    const used = (counter?.used ?? 0) + amount
    const overrun = used > limit ? amount : 0
    const change = { used: amount, committed: amount, overrun }
    if (counter) ledger.change(place.id, change)
    else ledger.open(place, limit, change)
    ledger.take(key, place, { amount, now: clock.now() })
    if (levelOf(used, limit) > 0) ports.afterCommit(ports.onUsed)
  }

/** Gives back what was set aside, and what was taken of what is counted as long as it exists. Throws USAGE_COMMITTED. */
export const releaseUsage =
  ({ ledger }: Ports) =>
  async (key: string): Promise<void> => {
    const reservation = await ledger.reservation(key)
    if (!reservation) return
    const { state, counterId, amount, resource } = reservation
    if (state === 'HELD') {
      ledger.mark(key, 'HELD', 'RELEASED')
      ledger.change(counterId, { used: -amount })
    }
    if (state !== 'COMMITTED') return
    if (isCountedByPeriod(resource)) throw precondition('USAGE_COMMITTED', 'this was used, and stays counted')
    ledger.mark(key, 'COMMITTED', 'RELEASED')
    ledger.change(counterId, { used: -amount, committed: -amount })
  }
