import { placeOf, sequenceValue } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import { DomainError, invalid, notFound } from '#shared/domain/errors.ts'
import { noWishes } from '../domain/preference.ts'
import type { InboxEntry } from './delivery-ports.ts'
import type { Ports } from './ports.ts'
import { namesIn } from './prepare.ts'
import { readingOf } from './tell.ts'

/** How many notifications one statement marks, and how many events it writes. */
const markedAtOnce = 250

/** Something told inside the platform, in its reader's language. */
export interface NotificationView {
  id: string
  sequence: number
  kind: string
  title: string
  body: string
  url: string
  createdAt: Date
  readAt: Date | undefined
}

/** What entries say to their reader. */
const views = async (ports: Ports, userId: string, entries: readonly InboxEntry[]): Promise<NotificationView[]> => {
  if (entries.length === 0) return []
  const { people, preferences, renderer, links } = ports
  const [known, wished, names] = await Promise.all([
    people.find([userId]),
    preferences.wishesOf([userId]),
    namesIn(
      ports,
      entries.map(({ data }) => data),
    ),
  ])
  const reader = known.get(userId)
  const reading = readingOf(wished.get(userId) ?? noWishes, reader)
  const extra = { name: reader?.displayName ?? '' }
  return Promise.all(
    entries.map(async ({ template, data, ...entry }) => {
      const { title, short } = await renderer.legible({ kind: entry.kind, template, data, extra, names, ...reading })
      const url = typeof data.path === 'string' ? links.to(data.path) : ''
      return { ...entry, title, body: short, url }
    }),
  )
}

/** One's own notifications, newest first. */
export const listNotifications =
  (ports: Ports) => async (userId: string, request: { unreadOnly: boolean; pageSize: number; pageToken: string }) => {
    const size = pageSize(request.pageSize, 20, 100)
    const place = placeOf(request.pageToken, 1)
    const before = place && sequenceValue(place[0])
    const rows = await ports.inbox.newest(userId, before, request.unreadOnly, size + 1)
    const { items, nextPageToken } = pageOf(rows, size, ({ sequence }) => [sequence])
    const [notifications, unreadCount] = await Promise.all([
      views(ports, userId, items),
      ports.inbox.countUnread(userId, []),
    ])
    return { notifications, nextPageToken, unreadCount }
  }

/** Throws NOTIFICATION_NOT_FOUND when one of them is not the person's own; then none is marked. */
export const markRead =
  ({ deliveries, inbox, clock }: Ports) =>
  async (userId: string, ids: readonly string[]): Promise<{ unreadCount: number }> => {
    const told = await deliveries.toldInApp(userId, ids)
    if (told.length < ids.length) throw notFound('NOTIFICATION_NOT_FOUND', 'you have no such notification')
    const unread = told.filter(({ state }) => !state.readAt)
    for (const delivery of unread) delivery.read(clock.now())
    deliveries.save(unread)
    return { unreadCount: await inbox.countUnread(userId, ids) }
  }

/** Marks the next of what one had at a place. Returns whether there may be more. */
const markSome = async ({ deliveries, clock }: Ports, userId: string, upTo: number): Promise<boolean> => {
  const unread = await deliveries.unread(userId, upTo, markedAtOnce)
  for (const delivery of unread) delivery.read(clock.now())
  deliveries.save(unread)
  return unread.length === markedAtOnce
}

/** Marks what one has at present: some at a time, for each is an event. What was marked stays so if the signal aborts. */
export const markAllRead =
  (ports: Ports) =>
  async (userId: string, signal: AbortSignal): Promise<{ unreadCount: number }> => {
    const { apart, inbox } = ports
    const last = await inbox.lastSequence(userId)
    for (let isMore = true; isMore; ) {
      signal.throwIfAborted()
      isMore = await apart('mark read', () => markSome(ports, userId, last)).catch((error: unknown) => {
        // Who loses to another call finds less to do: that one has marked some.
        if (error instanceof DomainError && error.kind === 'conflict') return true
        throw error
      })
    }
    return { unreadCount: await inbox.countUnread(userId, [], last) }
  }

const tokenOf = (sequence: number): string => String(sequence)

const sequenceOf = (token: string): number => {
  if (!/^\d{1,15}$/.test(token)) {
    throw invalid('resume_token', 'INVALID_RESUME_TOKEN', 'must be a resume_token that this stream has answered')
  }
  return Number(token)
}

/** Where a watcher stands, with the notification that took it there, if any. */
export type NotificationNews = { resumeToken: string; notification?: NotificationView }

const stepSize = 50

/**
 * Follows one's own notifications from a resume token on, or from now. A person's numbers are committed in their order,
 * so whoever has seen one has seen all before it. Throws INVALID_RESUME_TOKEN.
 */
export const watchNotifications = (ports: Ports) =>
  async function* (userId: string, resumeToken: string, signal: AbortSignal): AsyncGenerator<NotificationNews> {
    const { inbox, read, watch } = ports
    let seen = resumeToken === '' ? await read(() => inbox.lastSequence(userId)) : sequenceOf(resumeToken)
    // Whoever gave no token learns at once where to resume.
    if (resumeToken === '') yield { resumeToken: tokenOf(seen) }
    for await (const isWoken of watch(userId, signal)) {
      const before = seen
      for (let isMore = true; isMore && !signal.aborted; ) {
        const entries = await read(() => inbox.after(userId, seen, stepSize))
        for (const notification of await read(() => views(ports, userId, entries))) {
          seen = notification.sequence
          yield { resumeToken: tokenOf(seen), notification }
        }
        isMore = entries.length === stepSize
      }
      if (!isWoken && seen === before) yield { resumeToken: tokenOf(seen) }
    }
  }
