import { createClient, type Transport } from '@connectrpc/connect'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { dateOf, duration } from '../../../services/shared/domain/timestamp.ts'
import { eventually } from '../../mesh.ts'

export const minute = 60_000
export const day = 24 * 60 * minute

/** The mesh's time, and how to move it. */
export interface StageClock {
  now(): Date
  /** Moves the whole mesh forward; resolves when it has come to rest. */
  advance(byMs: number): Promise<void>
}

/** `operator` gives a transport whose token is good at the time of asking. */
export const stageClock = (operator: () => Promise<Transport>): StageClock => {
  let offsetMs = 0
  const now = () => new Date(Date.now() + offsetMs)
  return {
    now,
    advance: async (byMs) => {
      // Verifiers ask for new keys at most once a second, and to them no time has passed since the last jump.
      const reached = await eventually(async () => {
        const client = createClient(MeshService, await operator())
        return (await client.advanceClock({ by: duration(byMs) }, { timeoutMs: 120_000 })).now
      }, 5_000)
      offsetMs = (dateOf(reached)?.getTime() ?? Number.NaN) - Date.now()
    },
  }
}
