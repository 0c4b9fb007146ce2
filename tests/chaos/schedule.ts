import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './faults/fault.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

interface Planned {
  fault: Fault
  /** Milliseconds after the start. */
  at: number
  holdMs: number
  random: Random
}

/** A fault that was brought about. */
export interface Happened {
  fault: string
  /** Milliseconds after the start, and when it was taken away. */
  from: number
  to: number
  what: string
}

/** Which faults come when, following from the seed: each other one than those before while there are others. */
export const plan = (faults: readonly Fault[], random: Random, spanMs: number): Planned[] => {
  if (faults.length === 0) return []
  const count = Math.max(3, Math.round((spanMs / 1000) * 0.7) + random.int(-1, 1))
  let left: Fault[] = []
  return Array.from({ length: count }, () => {
    if (left.length === 0) left = [...faults]
    const [fault] = left.splice(random.int(0, left.length - 1), 1) as [Fault]
    const holdMs = random.int(200, Math.min(4000, spanMs / 2))
    return { fault, at: random.int(0, spanMs - holdMs), holdMs, random: random.fork() }
  }).sort((one, other) => one.at - other.at)
}

/** Brings planned faults about; resolves when all are taken away again. */
export const bringAbout = async (world: World, planned: readonly Planned[]): Promise<Happened[]> => {
  const began = performance.now()
  const since = () => Math.round(performance.now() - began)
  const turns = new Map<string, Promise<unknown>>()
  const inTurn = <T>(on: string, run: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(on) ?? Promise.resolve()).then(run)
    turns.set(
      on,
      turn.catch(() => {}),
    )
    return turn
  }
  return Promise.all(
    planned.map(async ({ fault, at, holdMs, random }) => {
      await sleep(at)
      return inTurn(fault.on, async () => {
        const from = since()
        const what = await fault.run(world, random, holdMs)
        return { fault: fault.name, from, to: since(), what }
      })
    }),
  )
}
