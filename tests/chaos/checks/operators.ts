import type { MeshOperator } from '../operator.ts'
import type { Workload } from '../workload/workload.ts'
import { type Finding, finder } from './finding.ts'

const sample = 20

/** The mesh's own invariants hold, by its own account. */
export const checkInvariants = async (operator: MeshOperator): Promise<Finding[]> => {
  const { add, findings } = finder('CheckInvariants')
  for (const { context, name, holds, violations, correlationIds } of await operator.checkInvariants()) {
    if (!holds) add('wrong', `${context}: ${name}: ${violations.join('; ')}; of requests ${correlationIds.join(', ')}`)
  }
  return findings
}

/** Answers never contradicted each other, repeats get the answer of the first time, and lists show the last names. */
export const checkAnswers = async ({ authors, journal }: Workload): Promise<Finding[]> => {
  const { add, findings } = finder('answers')
  for (const what of journal.contradictions) add('wrong', what)
  const known = authors.filter(({ record }) => record.stories.length > 0 && record.hasLeft === 'no')
  for (const author of known.slice(-sample)) {
    const [story] = author.record.stories
    const problem = story && (await author.repeat(story))
    if (problem) add('doubled', problem)
    const listed = await author.listedName()
    if (listed !== undefined && listed !== author.record.names.at(-1)) {
      add('lost', `lists show ${author.record.id} as ${listed}, not ${author.record.names.at(-1)}`)
    }
  }
  return findings
}
