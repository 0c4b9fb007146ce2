import { isAlwaysSent } from './kinds.ts'
import { endOfHours, isWithin, nextLocal } from './local-time.ts'
import type { Channel } from './ports.ts'
import { modeOf, type Wishes } from './preference.ts'

/** When something goes out: not at all, at a time, or in the digest of a time, which keeps quiet hours itself. */
export type Schedule = { kind: 'never' } | { kind: 'at'; at: Date } | { kind: 'digest'; at: Date }

/** When something that is due now may go out, given somebody's quiet hours: now or when they end. */
export const outsideQuietHours = (
  now: Date,
  { kind, channel }: { kind: string; channel: Channel },
  { quietHours }: Pick<Wishes, 'quietHours'>,
  zone: string,
): Date => {
  if (channel === 'in_app' || isAlwaysSent(kind) || !quietHours) return now
  return isWithin(now, zone, quietHours) ? endOfHours(now, zone, quietHours) : now
}

/** When somebody in a time zone is told of a kind over a channel. */
export const scheduleOf = (
  now: Date,
  about: { kind: string; channel: Channel },
  wishes: Wishes,
  zone: string,
): Schedule => {
  const mode = modeOf(wishes, about.kind, about.channel)
  if (mode === 'off') return { kind: 'never' }
  if (mode === 'immediate') return { kind: 'at', at: outsideQuietHours(now, about, wishes, zone) }
  const { minute, weekday } = wishes.digestTime
  return { kind: 'digest', at: nextLocal(now, zone, minute, weekday) }
}
