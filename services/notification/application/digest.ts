import type { Delivery } from '../domain/delivery.ts'
import { modeOf, noWishes } from '../domain/preference.ts'
import { escapeHtml } from './html.ts'
import type { Ports } from './ports.ts'
import { type Failure, namesIn, whyNotRendered } from './prepare.ts'
import { isOutdated } from './remind.ts'
import { readingOf } from './tell.ts'
import type { Extra } from './template-ports.ts'

/** How many pieces of news a digest spells out. */
const mostShown = 50
/** How many of what nobody wants any more one statement ends. */
const leftOutAtOnce = 250

interface Line {
  title: string
  short: string
  url: string
}

const block = (lines: readonly Line[], more: number) => ({
  html:
    lines
      .map(({ title, short, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(title)}</a><br />${escapeHtml(short)}`)
      .join('<br /><br />') + (more > 0 ? `<br /><br />+ ${more}` : ''),
  text:
    lines.map(({ title, short, url }) => `* ${title}\n  ${short}\n  ${url}`).join('\n') +
    (more > 0 ? `\n+ ${more}` : ''),
})

const leaveOut = async ({ apart, deliveries }: Ports, failures: ReadonlyMap<string, Failure>): Promise<void> => {
  if (failures.size === 0) return
  await apart('leave out', async () => {
    const items = await deliveries.pending([...failures.keys()])
    for (const item of items) {
      const { reason, detail } = failures.get(item.id) as Failure
      item.fail(reason, detail)
    }
    deliveries.save(items)
  })
}

const leaveOutUnwanted = async (ports: Ports, digestId: string, kinds: readonly string[]): Promise<void> => {
  for (let isMore = kinds.length > 0; isMore; ) {
    const items = await ports.deliveries.itemsOf(digestId, leftOutAtOnce, kinds)
    await leaveOut(ports, new Map(items.map(({ id }) => [id, { reason: 'SWITCHED_OFF' }])))
    isMore = items.length === leftOutAtOnce
  }
}

/**
 * What a digest tells of the things that wait for it: the newest in the order in which they came, and how many more there
 * are. Those that their reader no longer wants, and those that it would show but that are out of date or cannot be rendered,
 * fail at once.
 * `shown`: the ids of those that it spells out.
 */
export const gather =
  (ports: Ports) =>
  async (digestId: string, userId: string): Promise<{ extra: Extra; shown: readonly string[] }> => {
    const { deliveries, people, preferences, renderer, links } = ports
    const wishes = (await preferences.wishesOf([userId])).get(userId) ?? noWishes
    const reader = (await people.find([userId])).get(userId)
    const counts = await deliveries.itemCounts(digestId)
    const isWanted = (kind: string) => modeOf(wishes, kind, 'email') !== 'off'
    const wanted = [...counts.keys()].filter(isWanted)
    await leaveOutUnwanted(
      ports,
      digestId,
      [...counts.keys()].filter((kind) => !isWanted(kind)),
    )
    let count = wanted.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0)
    const extra = { name: reader?.displayName ?? '' }
    const lines: (Line & { id: string })[] = []
    let last: Delivery | undefined
    for (let isMore = true; isMore && lines.length < mostShown; ) {
      const page = await deliveries.newestItems(digestId, wanted, last?.state, mostShown)
      const names = await namesIn(
        ports,
        page.map(({ state }) => state.data),
      )
      const failures = new Map<string, Failure>()
      for (const item of page) {
        if (lines.length === mostShown) break
        last = item
        const { id, state } = item
        const { template, data } = state
        if (await isOutdated(ports, state)) {
          failures.set(id, { reason: 'OUTDATED' })
          continue
        }
        try {
          const text = await renderer.brief({ template, data, extra, names, ...readingOf(wishes, reader) })
          lines.push({ id, ...text, url: links.to(typeof data.path === 'string' ? data.path : '/') })
        } catch (error) {
          failures.set(id, whyNotRendered(error))
        }
      }
      await leaveOut(ports, failures)
      count -= failures.size
      isMore = page.length === mostShown
    }
    lines.reverse()
    return {
      extra: { count, items: block(lines, Math.max(0, count - lines.length)) },
      shown: lines.map(({ id }) => id),
    }
  }
