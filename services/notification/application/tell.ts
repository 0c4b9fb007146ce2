import { Delivery } from '../domain/delivery.ts'
import type { Data } from '../domain/delivery-state.ts'
import { allChannels, digestKind, isKind, type Kind, kinds } from '../domain/kinds.ts'
import { nextLocal } from '../domain/local-time.ts'
import type { Channel } from '../domain/ports.ts'
import { noWishes, type Wishes } from '../domain/preference.ts'
import { outsideQuietHours, scheduleOf } from '../domain/schedule.ts'
import type { Person } from './people-ports.ts'
import type { Notice, Ports } from './ports.ts'

interface Reader {
  userId: string
  wishes: Wishes
  zone: string
  hasDevice: boolean
}

/** The tongue and the time zone that somebody reads in: as they wish, or as their account says. */
export const readingOf = (wishes: Wishes, person: Pick<Person, 'language' | 'timeZone'> | undefined) => ({
  language: wishes.language || person?.language || 'en',
  timeZone: wishes.timeZone || person?.timeZone || 'UTC',
})

const channelsOf = ({ kind, channels = allChannels }: Notice): readonly Channel[] => {
  const offered: Kind['channels'] = isKind(kind) ? kinds[kind].channels : {}
  return channels.filter((channel) => offered[channel] !== undefined)
}

const readers = async (
  { people, preferences, devices }: Ports,
  channels: readonly Channel[],
  userIds: readonly string[],
): Promise<Reader[]> => {
  const [known, wished, owners, gone] = await Promise.all([
    people.find(userIds),
    preferences.wishesOf(userIds),
    channels.includes('push') ? devices.owners(userIds) : new Set<string>(),
    people.gone(userIds),
  ])
  const present = userIds.filter((userId) => !gone.has(userId))
  return present.map((userId) => {
    const wishes = wished.get(userId) ?? noWishes
    return { userId, wishes, zone: readingOf(wishes, known.get(userId)).timeZone, hasDevice: owners.has(userId) }
  })
}

/** The digests that things wait for: those that there are are kept open, those that there are not are made. */
const digestsFor = async (
  { deliveries, ids }: Ports,
  waiting: readonly { reader: Reader; at: Date }[],
  now: Date,
): Promise<{ digestOf: ReadonlyMap<string, string>; made: Delivery[] }> => {
  const windowOf = (reader: Reader, at: Date) => ({
    id: ids.of(reader.userId, `digest ${at.toISOString()}`),
    sourceEventId: ids.of(reader.userId, `digest window ${at.toISOString()}`),
    at,
  })
  const first = waiting.map(({ reader, at }) => windowOf(reader, at))
  const known = await deliveries.digests(first.map(({ id }) => id))
  const digestOf = new Map<string, string>()
  const made: Delivery[] = []
  const kept: string[] = []
  for (const [index, { reader, at }] of waiting.entries()) {
    const window = first[index] as ReturnType<typeof windowOf>
    const found = known.get(window.id)
    // One that is being sent takes nothing more.
    const next = found && !found.isOpen
    const { minute, weekday } = reader.wishes.digestTime
    const chosen = next ? windowOf(reader, nextLocal(at, reader.zone, minute, weekday)) : window
    digestOf.set(reader.userId, chosen.id)
    if (found?.isOpen) kept.push(chosen.id)
    else {
      const basics = {
        recipientId: reader.userId,
        channel: 'email',
        campaignId: undefined,
        aboutId: undefined,
      } as const
      const { id, sourceEventId } = chosen
      const request = { ...basics, id, sourceEventId, kind: digestKind, template: digestKind, data: {} }
      const dueAt = outsideQuietHours(chosen.at, request, reader.wishes, reader.zone)
      made.push(Delivery.request({ ...request, dueAt, digestId: undefined }, now))
    }
  }
  deliveries.keepOpen(kept)
  return { digestOf, made }
}

/**
 * Makes the deliveries of a notice to some people, as they wish to be told; those that there are already are left as
 * they are, and who has left is told nothing. `own` is what one of them is told beside what all are. Returns how many it
 * made.
 */
export const tell =
  (ports: Ports) =>
  async (notice: Notice, userIds: readonly string[], own?: ReadonlyMap<string, Data>): Promise<number> => {
    const { deliveries, ids, clock, tellWatchers, wakeWorkers } = ports
    const now = clock.now()
    const channels = channelsOf(notice)
    const { sourceEventId, kind, template, campaignId, data, aboutId } = notice
    const planned = (await readers(ports, channels, userIds)).flatMap((reader) =>
      channels.flatMap((channel) => {
        if (channel === 'push' && !reader.hasDevice) return []
        const schedule = scheduleOf(now, { kind, channel }, reader.wishes, reader.zone)
        if (schedule.kind === 'never') return []
        return [{ id: ids.of(sourceEventId, `${reader.userId} ${channel}`), reader, channel, schedule }]
      }),
    )
    const known = await deliveries.known(planned.map(({ id }) => id))
    const fresh = planned.filter(({ id }) => !known.has(id))
    const waiting = fresh.flatMap(({ reader, schedule }) =>
      schedule.kind === 'digest' ? [{ reader, at: schedule.at }] : [],
    )
    const { digestOf, made } = await digestsFor(ports, waiting, now)
    const requested = fresh.map(({ id, reader, channel, schedule }) => {
      const digestId = schedule.kind === 'digest' ? digestOf.get(reader.userId) : undefined
      const basics = {
        id,
        sourceEventId,
        recipientId: reader.userId,
        channel,
        kind,
        template,
        campaignId,
        data: { ...data, ...own?.get(reader.userId) },
        aboutId,
      }
      return Delivery.request({ ...basics, dueAt: digestId ? undefined : schedule.at, digestId }, now)
    })
    deliveries.add([...made, ...requested])
    tellWatchers(fresh.filter(({ channel }) => channel === 'in_app').map(({ reader }) => reader.userId))
    if (requested.some(({ isPending }) => isPending)) wakeWorkers()
    return requested.length
  }
