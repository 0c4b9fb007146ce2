import type { Bench } from './setting.ts'

/** Measures one thing and reports it. */
type Part = (bench: Bench) => Promise<void>

/** The parts in the order in which they run; each is loaded only when it does. */
const parts = {
  write: async () => (await import('./write.ts')).write,
  read: async () => (await import('./read.ts')).read,
  search: async () => (await import('./search.ts')).search,
  unary: async () => (await import('./unary.ts')).unary,
  client: async () => (await import('./client.ts')).client,
  events: async () => (await import('./events.ts')).events,
  peers: async () => (await import('./peers.ts')).peers,
  growth: async () => (await import('./growth.ts')).growth,
  'on-sale': async () => (await import('./on-sale.ts')).onSale,
  crowd: async () => (await import('./crowd.ts')).crowd,
  studio: async () => (await import('./studio.ts')).studio,
  weight: async () => (await import('./weight.ts')).weight,
} satisfies Record<string, () => Promise<Part>>

export type PartName = keyof typeof parts

export const partNames = Object.keys(parts) as PartName[]

export const loadPart = (name: PartName): Promise<Part> => parts[name]()
