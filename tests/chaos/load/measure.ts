import type { Part } from '../part.ts'
import type { World } from '../world.ts'

/** One figure and what it must be. */
export interface Figure {
  part: string
  what: string
  bound: string
  measured: string
  isMet: boolean
}

/** A figure that may be at most so much. */
export const atMost = (part: string, what: string, measured: number, most: number, unit = ''): Figure => ({
  part,
  what,
  bound: `≤ ${most}${unit}`,
  measured: `${Number.isInteger(measured) ? measured : measured.toFixed(1)}${unit}`,
  isMet: measured <= most,
})

/** A figure that must be at least so much. */
export const atLeast = (part: string, what: string, measured: number, least: number, unit = ''): Figure => ({
  part,
  what,
  bound: `≥ ${least}${unit}`,
  measured: `${Number.isInteger(measured) ? measured : measured.toFixed(1)}${unit}`,
  isMet: measured >= least,
})

/** Measures one thing on a running mesh. */
export type Measurement = (world: World) => Promise<Figure[]>

export const partOf = ({ mesh }: World, name: string): Part => {
  const part = mesh.parts.find((one) => one.name.startsWith(name))
  if (!part) throw new Error(`the mesh has no ${name}`)
  return part
}
