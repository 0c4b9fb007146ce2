import { precondition } from '#shared/domain/errors.ts'
import { tierOf, type UsageResource } from '../domain/tier.ts'
import {
  type Allowance,
  type CounterPlace,
  counterPlace,
  levelOf,
  limitReached,
  mustBeUsable,
  tierAt,
} from '../domain/usage.ts'
import type { Lapsed, Ports, Reservation } from './ports.ts'

/** Something that a user is about to use. */
export interface UsageRequest {
  userId: string
  resource: UsageResource
  amount: number
  key: string
  expiresInMs: number
}

/** What a user's subscription allows of a resource at a time; `limit` is undefined where there is none. */
export const allowed = async (
  { tiers, subscriptions, clock, apart }: Pick<Ports, 'tiers' | 'subscriptions' | 'clock' | 'apart'>,
  userId: string,
  resource: UsageResource,
  at: Date = clock.now(),
): Promise<{ allowance: Allowance; limit: number | undefined; place: CounterPlace }> => {
  // By itself, so that it is there for what holds it.
  const allowance = (await subscriptions.allowance(userId)) ?? (await apart('open', () => subscriptions.get(userId)))
  const tier = tierOf(await tiers.all(), tierAt(allowance, at))
  return { allowance, limit: tier.limits[resource], place: counterPlace(userId, resource, allowance.anchor, at) }
}

const mustMatch = (reservation: Reservation, { userId, resource, amount }: UsageRequest): void => {
  const isSame = reservation.userId === userId && reservation.resource === resource && reservation.amount === amount
  if (!isSame) throw precondition('RESERVATION_MISMATCH', 'this key was used for something else')
}

export const amountOf = (lapsed: readonly Lapsed[]): number => lapsed.reduce((sum, { amount }) => sum + amount, 0)
export const keysOf = (lapsed: readonly Lapsed[]): string[] => lapsed.map(({ key }) => key)

/** Ends what is held without a counter: nothing is to be given back for it. */
export const settleUncounted = ({ apart, ledger }: Ports, key: string): Promise<void> =>
  apart('settle-uncounted', async () => ledger.mark(key, 'HELD', 'LAPSED'))

/**
 * Sets some of a resource aside until it is taken or released, or lapses. Answers whether there is no limit, and so
 * nothing set aside. Throws LIMIT_REACHED, SUBSCRIPTION_SUSPENDED, SUBSCRIPTION_EXPIRED, RESERVATION_MISMATCH.
 */
export const reserveUsage =
  (ports: Ports) =>
  async (request: UsageRequest): Promise<boolean> => {
    const { ledger, clock, apart } = ports
    const { userId, resource, amount, key, expiresInMs } = request
    const now = clock.now()
    const { allowance, limit, place } = await allowed(ports, userId, resource, now)
    mustBeUsable(allowance)
    if (limit === undefined) return true
    let { counter, reservation, lapsed } = await ledger.look(place.id, key, now)
    if (reservation) mustMatch(reservation, request)
    const expiresAt = new Date(now.getTime() + expiresInMs)
    if (reservation?.state === 'COMMITTED') return false
    if (reservation?.state === 'HELD') {
      if (reservation.isCounted) {
        ledger.prolong(key, expiresAt)
        return false
      }
      await settleUncounted(ports, key)
    }
    if (counter && counter.allowed !== limit) {
      await apart('adopt-limit', async () => ledger.adopt(place.id, limit))
      ;({ counter, lapsed } = await ledger.look(place.id, key, now))
    }
    const free = counter ? amountOf(lapsed) : 0
    const used = (counter?.used ?? 0) - free
    if (used + amount > limit) throw limitReached(place, limit, used)
    if (counter) {
      ledger.change(place.id, { used: amount - free }, true)
      ledger.lapse(keysOf(lapsed), now)
    } else ledger.open(place, limit, { used: amount })
    ledger.hold(key, place, { amount, now, expiresAt })
    if (levelOf(used + amount, limit) > 0) ports.afterCommit(ports.onUsed)
    return false
  }
