import type { Run } from '../measure.ts'
import type { Bench } from '../setting.ts'
import type { Person } from '../sign-in.ts'
import type { NodeLoad } from './node-load.ts'
import { rpcTarget } from './target.ts'

const connections = 4

/** What is called through the gateway. */
export interface GatewayCall {
  url: string
  /** `/pkg.Service/Method`. */
  path: string
  /** Taken in turn. */
  messages: readonly Uint8Array[]
  /** Who call, in turn. */
  people: () => Promise<readonly Person[]>
  /** Calls at once, on four connections. */
  callers: number
  /** Sends an Idempotency-Key of its own with every call. */
  isKeyed?: boolean
}

/** Runs of an rpc over gRPC by our own client, which can make every call another one. */
export const gatewayRun =
  (bench: Bench, load: NodeLoad, call: GatewayCall): Run =>
  async () => {
    const { url, path, messages, callers, isKeyed = false } = call
    const people = await call.people()
    const targets = messages.map((message) => rpcTarget('grpc', url, path, message, undefined))
    return load.run({
      url,
      path,
      protocol: 'h2',
      headers: { ...targets[0]?.headers },
      bodies: targets.map(({ body }) => body.toString('base64')),
      tokens: people.map(({ token }) => token),
      connections: Math.min(connections, callers),
      streams: Math.max(1, callers / connections),
      seconds: bench.seconds,
      isKeyed,
    })
  }
