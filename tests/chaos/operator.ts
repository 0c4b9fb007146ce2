import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { type GetLagResponse, type InvariantResult, MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { duration } from '#shared/domain/timestamp.ts'
import { chainLines } from '../../deploy/local/demo/causal-chain.ts'
import type { ChaosMesh } from './chaos-mesh.ts'

const timeoutMs = 5000
const timeTravelMs = 120_000
const drawnWidth = 160

/** What an operator asks the mesh through the gateway. */
export interface MeshOperator {
  lag(): Promise<GetLagResponse>
  checkInvariants(): Promise<InvariantResult[]>
  /** Lets a user write as much as they like. */
  giveTier(userId: string): Promise<void>
  /** Moves the clock of the mesh forward. */
  advanceClock(byMs: number): Promise<void>
  /** Draws what a request caused. */
  draw(correlationId: string): Promise<string[]>
}

/** Signs in at first use. */
export const meshOperator = ({ url, admin }: Pick<ChaosMesh, 'url' | 'admin'>): MeshOperator => {
  let token = ''
  const withToken: Interceptor = (next) => (request) => {
    if (token) request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }
  const transport = createGrpcTransport({ baseUrl: url, interceptors: [withToken] })
  const identity = createClient(IdentityService, transport)
  const mesh = createClient(MeshService, transport)
  const subscription = createClient(SubscriptionService, transport)
  const signedIn = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (!token) token = (await identity.login(admin, { timeoutMs })).tokens?.accessToken ?? ''
    try {
      return await ask()
    } catch (error) {
      // The clock has moved past its end.
      if (ConnectError.from(error).code === Code.Unauthenticated) token = ''
      throw error
    }
  }
  return {
    giveTier: (userId) =>
      signedIn(async () => {
        await subscription.setTier({ userId, tier: 'PLATINUM' }, { timeoutMs })
      }),
    lag: () => signedIn(() => mesh.getLag({}, { timeoutMs })),
    checkInvariants: () => signedIn(async () => (await mesh.checkInvariants({}, { timeoutMs: 20_000 })).results),
    advanceClock: async (byMs) => {
      await signedIn(() => mesh.advanceClock({ by: duration(byMs) }, { timeoutMs: timeTravelMs }))
    },
    draw: (correlationId) =>
      signedIn(async () => {
        const { nodes } = await mesh.traceCausation({ correlationId }, { timeoutMs })
        return chainLines(nodes, drawnWidth)
      }),
  }
}
