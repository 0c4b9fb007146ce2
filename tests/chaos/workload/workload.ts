import type { ContextName } from '../../../services/contexts.ts'
import type { Replicas } from '../chaos-mesh.ts'
import type { Check, Finding } from '../checks/finding.ts'
import type { MeshOperator } from '../operator.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'
import type { CallJournal } from './journal.ts'

export type WorkloadName = 'authors' | 'on-sale' | 'studio'

/** What people do on a mesh, and what must hold of it afterwards. */
export interface WorkloadKind {
  name: WorkloadName
  /** How many processes each context has where the mesh is split. */
  replicas: Replicas
  /** Of those, the contexts that share one process after all. */
  together: readonly ContextName[]
  /** The faults that come over it; undefined for all there are. */
  faults: readonly string[] | undefined
  start(url: string, operator: MeshOperator, random: Random): Workload
}

/** People at work. */
export interface Workload {
  journal: CallJournal
  /** Resolves when each of them has had their first answers. */
  begun: Promise<void>
  /** Begins nothing more; what was begun is still brought to its end. */
  stop(): void
  /** Resolves when everybody has ended what they had begun. */
  done: Promise<void>
  /** Gives up what is not answered. */
  abandon(): void
  /** What of it is not at its end yet, by the databases. */
  awaited(world: World): Promise<string[]>
  /** Lets come about what only time brings, once all else is at rest; undefined where nothing waits for time. */
  passTime?: () => Promise<void>
  /** Compare the databases and streams with what was acknowledged. */
  checks: readonly ((world: World) => Promise<Finding[]>)[]
  /** Compares what the mesh answers, and so makes calls, with what it answered before. */
  checkAnswers(): Promise<Finding[]>
  /** What came of it, in figures. */
  outcome(world: World): Promise<Record<string, number>>
}

/** Checks of what is in a journal. */
export const against = <Kept extends CallJournal>(journal: Kept, checks: readonly Check<Kept>[]): Workload['checks'] =>
  checks.map((check) => (world) => check(world, journal))

type Working = Pick<Workload, 'begun' | 'stop' | 'done' | 'abandon'>

export interface Shift {
  random: Random
  /** Nothing more is to be begun. */
  stopping: AbortSignal
  /** What is not answered is given up. */
  abandoning: AbortSignal
  hasBegun(): void
}

/** Lets so many work side by side, each with choices of its own. */
export const startWorkers = (count: number, random: Random, work: (shift: Shift) => Promise<void>): Working => {
  const [stopping, abandoning] = [new AbortController(), new AbortController()]
  const begun: Promise<void>[] = []
  const all = Array.from({ length: count }, () => {
    const first = Promise.withResolvers<void>()
    begun.push(first.promise)
    const shift = { stopping: stopping.signal, abandoning: abandoning.signal, hasBegun: first.resolve }
    return work({ random: random.fork(), ...shift }).finally(first.resolve)
  })
  return {
    begun: Promise.all(begun).then(() => {}),
    done: Promise.all(all).then(() => {}),
    stop: () => stopping.abort(),
    abandon: () => abandoning.abort(),
  }
}
