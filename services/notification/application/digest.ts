import type { Delivery } from '../domain/delivery.ts'
import { modeOf, noWishes } from '../domain/preference.ts'
import { escapeHtml } from './html.ts'
import type { Extra, Ports } from './ports.ts'
import { namesIn } from './prepare.ts'
import { readingOf } from './tell.ts'

/** How many pieces of news a digest spells out. */
const mostShown = 50

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

/** What a digest tells of the things that waited for it. Those that their reader no longer wants are left out. */
export const digestOf =
  (ports: Ports) =>
  async (
    userId: string,
    items: readonly Delivery[],
  ): Promise<{ extra: Extra; wanted: readonly string[]; unwanted: readonly string[] }> => {
    const { people, preferences, renderer, links } = ports
    const wishes = (await preferences.wishesOf([userId])).get(userId) ?? noWishes
    const reader = (await people.find([userId])).get(userId)
    const isWanted = ({ state: { kind, channel } }: Delivery) => modeOf(wishes, kind, channel) !== 'off'
    const wanted = items.filter(isWanted)
    const shown = wanted.slice(0, mostShown)
    const names = await namesIn(
      ports,
      shown.map(({ state }) => state.data),
    )
    const lines: Line[] = []
    for (const { state } of shown) {
      const extra = { name: reader?.displayName ?? '' }
      const { template, data } = state
      const text = await renderer.brief({ template, data, extra, names, ...readingOf(wishes, reader) })
      lines.push({ ...text, url: links.to(typeof data.path === 'string' ? data.path : '/') })
    }
    return {
      extra: { count: wanted.length, items: block(lines, wanted.length - shown.length) },
      wanted: wanted.map(({ id }) => id),
      unwanted: items.filter((item) => !isWanted(item)).map(({ id }) => id),
    }
  }
