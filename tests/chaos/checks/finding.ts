import type { Journal } from '../workload/journal.ts'
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
}

/** Compares one side of the mesh with the journal. */
export type Check = (world: World, journal: Journal) => Promise<Finding[]>

/** Makes the findings of one check. */
export const finder = (check: string) => {
  const findings: Finding[] = []
  return {
    findings,
    add: (kind: FindingKind, what: string) => void findings.push({ kind, check, what }),
    /** Notes a number that is not what it should be: too few are lost, too many doubled. */
    expectCount: (found: number, wanted: number, what: string) => {
      if (found !== wanted)
        findings.push({ kind: found < wanted ? 'lost' : 'doubled', check, what: `${what}: ${found}, not ${wanted}` })
    },
  }
}
