import type { Client } from '@connectrpc/connect'
import type { InvariantResult, MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { chainLines } from './causal-chain.ts'

type Mesh = Pick<Client<typeof MeshService>, 'traceCausation'>

/** What broke each invariant that does not hold, and all that the requests behind it caused. */
export const violationLines = async (
  mesh: Mesh,
  results: readonly InvariantResult[],
  width: number,
): Promise<string[]> => {
  const lines: string[] = []
  for (const { context, name, violations, correlationIds } of results.filter(({ holds }) => !holds)) {
    lines.push(`${context}: ${name}`, ...violations.map((violation) => `  ${violation}`))
    for (const correlationId of correlationIds) {
      const { nodes } = await mesh.traceCausation({ correlationId })
      lines.push(`  correlation id ${correlationId}`, ...chainLines(nodes, width))
    }
  }
  return lines
}
