import { createClient } from '@connectrpc/connect'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { eventually } from '../../mesh.ts'
import type { Stage } from './stage.ts'

/** Waits until no event, command or timer is on its way anywhere in the mesh. */
export const untilQuiet = async (stage: Stage): Promise<void> => {
  const client = createClient(MeshService, stage.transport(await stage.tokenFor('service:story')))
  let before = false
  await eventually(async () => {
    const clocks = await Promise.all(stage.databases.contexts.map((context) => client.getClock({ context })))
    const isQuiet = clocks.every(({ quiet }) => quiet)
    // Twice in a row: work may have moved between contexts while they were asked.
    const wasQuiet = before
    before = isQuiet
    return (isQuiet && wasQuiet) || undefined
  }, 30_000)
}
