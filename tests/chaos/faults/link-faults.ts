import type { Link, LinkMode } from '../link.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'
import { type Fault, pause, somePart } from './fault.ts'

const someLink = (world: World, random: Random): { name: string; link: Link } => {
  const part = somePart(world, random)
  const links = Object.entries(part.links) as [string, Link][]
  const [to, link] = random.pick(links)
  return { name: to === 'ingress' ? `others → ${part.name}` : `${part.name} → ${to}`, link }
}

const linkFault = (name: string, mode: (random: Random) => LinkMode): Fault => ({
  name,
  on: 'links',
  run: async (world, random, holdMs) => {
    const { name: what, link } = someLink(world, random)
    link.set(mode(random))
    await pause(holdMs)
    link.set({ kind: 'open' })
    return what
  },
})

const reset: Fault = {
  name: 'link-reset',
  on: 'links',
  run: async (world, random) => {
    const { name, link } = someLink(world, random)
    link.resetAll()
    return name
  },
}

/** What happens to the connections between the parts. */
export const linkFaults: readonly Fault[] = [
  linkFault('link-slow', (random) => ({ kind: 'slow', delayMs: random.int(5, 150) })),
  linkFault('link-stalled', () => ({ kind: 'stalled' })),
  linkFault('link-silent', () => ({ kind: 'silent' })),
  linkFault('link-refusing', () => ({ kind: 'refusing' })),
  reset,
]
