import { createClient } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { contextNames as contexts } from '../../services/contexts.ts'
import { eventually, type TestMesh } from '../mesh.ts'
import type { Part } from './part.ts'
import { answered, patienceMs, slipOf, times } from './slip.ts'

/** What a context goes through that forgets somebody and says so. */
const forgetting = ['effect:before#1', 'effect:after#1', 'publish:before#1', 'publish:after#1']

/** Every step of an erasure: the process, and the point at which it dies. */
export const erasurePoints: readonly (readonly [part: string, point: string])[] = [
  ...['commit:after#1', ...times('effect:after', contexts.length)].map((point) => ['identity', point] as const),
  ...contexts.flatMap((name) => forgetting.map((point) => [name, point] as const)),
]

/**
 * Kills a process at a point of an erasure. Returns what is not as it should be in the end: it has to be complete,
 * reported by every context once, and await none.
 */
export const erasureStep = async (mesh: TestMesh, part: Part, point: string): Promise<string[]> => {
  const slip = slipOf(part)
  const user = await mesh.newUser('Leaver')
  const transport = await answered(() => mesh.operator())
  const operator = createClient(IdentityService, transport)
  // What is still on its way would come to the point before what is meant.
  await eventually(async () => {
    const { relays, consumers } = await createClient(MeshService, transport).getLag({})
    return [...relays, ...consumers].every(({ pending }) => pending === 0n) || undefined
  }, patienceMs)
  await slip.arm(point)
  // Its answer may be lost, and then the token is one of nobody.
  const leave = () => createClient(IdentityService, user.transport).deleteUser({ password: user.password })
  const erased = async () => {
    await leave().catch(() => {})
    const { erasure } = await operator.getErasure({ userId: user.id })
    return erasure?.completedAt ? erasure : undefined
  }
  const found = await eventually(erased, patienceMs).catch(() => undefined)
  const died = await slip.end()
  const reported = found?.reports.map(({ context }) => context).toSorted() ?? []
  return [
    ...(died ? [] : ['did not die there']),
    ...(found ? [] : [`not complete after ${patienceMs / 1000} s`]),
    ...(found?.awaited ?? []).map((context) => `${context} is awaited`),
    ...(reported.join() === contexts.join() ? [] : [`reported by ${reported.join(', ') || 'nobody'}`]),
  ]
}
