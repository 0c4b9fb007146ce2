import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from '../part.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'

/** Something that goes wrong for a while. */
export interface Fault {
  name: string
  /** What it works on: faults on the same thing come one after another, others side by side. */
  on: 'postgres' | 'nats' | 'parts' | 'links' | 'messages' | 'clocks' | 'transactions'
  /** Why it cannot be brought about here; undefined where it can. */
  obstacle?(world: World): string | undefined
  /** Brings it about, lets it last for about `holdMs` and takes it away again. Returns what it was. */
  run(world: World, random: Random, holdMs: number): Promise<string>
}

export const pause = (milliseconds: number): Promise<void> => sleep(milliseconds)

export const somePart = ({ mesh }: World, random: Random): Part => random.pick(mesh.parts)
