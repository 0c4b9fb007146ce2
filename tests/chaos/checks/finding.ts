import type { CallJournal } from '../workload/journal.ts'
import type { World } from '../world.ts'

/**
 * `lost`: what was acknowledged, or should have followed from it, is not there. `doubled`: it is there more than once.
 * `stuck`: it is still under way. `wrong`: anything else that contradicts what was acknowledged.
 */
export type FindingKind = 'lost' | 'doubled' | 'stuck' | 'wrong'

export interface Finding {
  kind: FindingKind
  /** Which check found it. */
  check: string
  what: string
  /** Of requests that led to it, where they are known: TraceCausation draws what each of them caused. */
  correlationIds?: readonly string[]
}

/** Compares one side of the mesh with what the journal says. */
export type Check<Kept extends CallJournal = CallJournal> = (world: World, journal: Kept) => Promise<Finding[]>

/** Makes the findings of one check. */
export const finder = (check: string) => {
  const findings: Finding[] = []
  return {
    findings,
    add: (kind: FindingKind, what: string, ...correlationIds: string[]) =>
      void findings.push({ kind, check, what, ...(correlationIds.length > 0 && { correlationIds }) }),
    /** Notes a number that is not what it should be: too few are lost, too many doubled. */
    expectCount: (found: number, wanted: number, what: string) => {
      if (found !== wanted)
        findings.push({ kind: found < wanted ? 'lost' : 'doubled', check, what: `${what}: ${found}, not ${wanted}` })
    },
  }
}
