import type { Delivery } from '../domain/delivery.ts'
import { modeOf, noWishes } from '../domain/preference.ts'
import { escapeHtml } from './html.ts'
import type { Ports } from './ports.ts'
import { type Failure, namesIn, whyNotRendered } from './prepare.ts'
import { readingOf } from './tell.ts'
import type { Extra } from './template-ports.ts'

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

/**
 * What a digest tells of the things that waited for it. Those that their reader no longer wants, and those that cannot be
 * rendered, are left out.
 */
export const digestOf =
  (ports: Ports) =>
  async (
    userId: string,
    items: readonly Delivery[],
  ): Promise<{ extra: Extra; told: readonly string[]; leftOut: ReadonlyMap<string, Failure> }> => {
    const { people, preferences, renderer, links } = ports
    const wishes = (await preferences.wishesOf([userId])).get(userId) ?? noWishes
    const reader = (await people.find([userId])).get(userId)
    const isWanted = ({ state: { kind, channel } }: Delivery) => modeOf(wishes, kind, channel) !== 'off'
    const wanted = items.filter(isWanted)
    const leftOut = new Map<string, Failure>()
    for (const item of items) if (!isWanted(item)) leftOut.set(item.id, { reason: 'SWITCHED_OFF' })
    const names = await namesIn(
      ports,
      wanted.map(({ state }) => state.data),
    )
    const lines: Line[] = []
    for (const { id, state } of wanted) {
      if (lines.length === mostShown) break
      const extra = { name: reader?.displayName ?? '' }
      const { template, data } = state
      try {
        const text = await renderer.brief({ template, data, extra, names, ...readingOf(wishes, reader) })
        lines.push({ ...text, url: links.to(typeof data.path === 'string' ? data.path : '/') })
      } catch (error) {
        leftOut.set(id, whyNotRendered(error))
      }
    }
    const told = items.map(({ id }) => id).filter((id) => !leftOut.has(id))
    return { extra: { count: told.length, items: block(lines, told.length - lines.length) }, told, leftOut }
  }
