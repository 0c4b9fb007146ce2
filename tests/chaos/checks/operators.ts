import type { MeshOperator } from '../operator.ts'
import { type Finding, finder } from './finding.ts'

/** The mesh's own invariants hold, by its own account. */
export const checkInvariants = async (operator: MeshOperator): Promise<Finding[]> => {
  const { add, findings } = finder('CheckInvariants')
  for (const { context, name, holds, violations, correlationIds } of await operator.checkInvariants()) {
    if (holds) continue
    const requests = correlationIds.length > 0 ? `; of requests ${correlationIds.join(', ')}` : ''
    add('wrong', `${context}: ${name}: ${violations.join('; ')}${requests}`, ...correlationIds)
  }
  return findings
}
