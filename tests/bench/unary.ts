import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { GetStoryRequestSchema, GetStoryResponseSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { type Child, startChild } from './child.ts'
import { type Figure, showFigures } from './figures.ts'
import { closedLoop } from './load/closed-loop.ts'
import { type NodeLoad, startNodeLoad } from './load/node-load.ts'
import { probe } from './load/probe.ts'
import { rpcTarget, type Target, type Wire } from './load/target.ts'
import { beside } from './measure.ts'
import { withCpuOf } from './process-cpu.ts'
import type { UnaryFacts } from './servers/unary-server.ts'
import type { Bench } from './setting.ts'
import { signIn } from './sign-in.ts'

const path = '/troupe.story.v1.StoryService/GetStory'
const request = toBinary(
  GetStoryRequestSchema,
  create(GetStoryRequestSchema, { storyId: '019a0000-0000-7000-8000-000000000001' }),
)

const wires: readonly { wire: Wire; name: string }[] = [
  { wire: 'grpc', name: 'gRPC over h2' },
  { wire: 'connect', name: 'Connect over h2' },
  { wire: 'connect-http1', name: 'Connect over HTTP/1.1' },
]

const chains = [
  { chain: 'bare', name: 'bare handler', floor: 0.4, goal: (wire: Wire) => (wire === 'connect-http1' ? 0.4 : 0.55) },
  { chain: 'full', name: 'all interceptors', floor: 0.2, goal: () => 0.35 },
] as const

const meaning =
  'GetStory answered from memory (1.4 KB), 64 calls at once; reference: a bare node:http2 or node:http echo of the same size'

const assertStory = (wire: Wire, body: Buffer): void => {
  const { story } = fromBinary(GetStoryResponseSchema, wire === 'grpc' ? body.subarray(5) : body)
  if (story?.content.length !== 1024) throw new Error('GetStory answered no whole story')
}

/** The runs of an rpc on one wire beside those of an echo with as many bytes either way. */
const compare = async (bench: Bench, load: NodeLoad, server: Child<unknown>, target: Target, wire: Wire) => {
  const answered = await probe(target)
  assertStory(wire, answered)
  const echo = await startChild<{ h2: string; http1: string }>(bench, 'references/echo.ts', {
    args: [String(answered.length)],
    measured: true,
  })
  try {
    const reference = { ...target, url: echo.facts[target.protocol] }
    const send = (to: Target) => closedLoop(bench, load, to, answered.length)
    const ours = withCpuOf(server.pid, await send(target))
    return await beside(ours, withCpuOf(echo.pid, await send(reference)), bench)
  } finally {
    await echo.stop()
  }
}

/**
 * Unary rpcs: a reply of GetStory's size from memory, by our server, against Node's own that echoes as many bytes.
 */
export const unary = async (bench: Bench): Promise<void> => {
  const env = { TROUPE_DATABASE_PREFIX: 'bench_unary_' }
  const server = await startChild<UnaryFacts>(bench, 'servers/unary-server.ts', { measured: true, env })
  const load = await startNodeLoad(bench)
  try {
    const figures: Figure[] = []
    for (const { chain, name: handler, floor, goal } of chains) {
      for (const { wire, name } of wires) {
        // A token is good for ten minutes only.
        const { token } = await signIn(server.facts.full)
        const target = rpcTarget(wire, server.facts[chain], path, request, chain === 'full' ? token : undefined)
        const { ours, reference } = await compare(bench, load, server, target, wire)
        figures.push({ name: `${handler}, ${name}`, ours, reference, floor, goal: goal(wire) })
      }
    }
    showFigures(bench.report, 'unary', meaning, figures)
  } finally {
    await load.stop()
    await server.stop()
  }
}
