import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  GetStoryResponseSchema,
  ListStoriesRequestSchema,
  ListStoriesResponseSchema,
} from '#gen/troupe/story/v1/story_service_pb.ts'
import { type Figure, showFigures } from './figures.ts'
import { gatewayRun } from './load/gateway-load.ts'
import { startNodeLoad } from './load/node-load.ts'
import { pgbench, type Script } from './load/pgbench.ts'
import { probe } from './load/probe.ts'
import { rpcTarget } from './load/target.ts'
import { beside } from './measure.ts'
import { startBenchMesh } from './mesh.ts'
import { withCpuOf } from './process-cpu.ts'
import { getStoryScript, listStoriesScript } from './references/story-scripts.ts'
import { getStoryPath, listStoriesPath, someStories } from './requests.ts'
import type { Bench } from './setting.ts'
import { loadStories } from './story-data.ts'

const callers = 32

interface Read {
  name: string
  path: string
  messages: readonly Uint8Array[]
  /** Whether an answer is whole. */
  isWhole: (answer: Uint8Array) => boolean
  script: Script
}

const readsOf = async (database: string, viewer: string, stories: number): Promise<Read[]> => [
  {
    name: 'GetStory by id',
    path: getStoryPath,
    messages: someStories(stories),
    isWhole: (answer) => fromBinary(GetStoryResponseSchema, answer).story?.content.length === 1024,
    script: await getStoryScript(database, viewer, stories),
  },
  {
    name: 'ListStories, a page of 20',
    path: listStoriesPath,
    messages: [toBinary(ListStoriesRequestSchema, create(ListStoriesRequestSchema, { pageSize: 20 }))],
    isWhole: (answer) => fromBinary(ListStoriesResponseSchema, answer).stories.length === 20,
    script: await listStoriesScript(database, viewer),
  },
]

/** The read path: stories through the gateway with everything on, beside pgbench with the queries that it makes. */
export const read = async (bench: Bench): Promise<void> => {
  const stories = bench.quick ? 10_000 : 100_000
  const mesh = await startBenchMesh(bench, 'read')
  const load = await startNodeLoad(bench)
  try {
    const database = mesh.databaseOf('story')
    await loadStories(bench, database, stories)
    const people = mesh.people(16)
    const [viewer] = await people()
    const figures: Figure[] = []
    for (const { name, path, messages, isWhole, script } of await readsOf(database, viewer?.id ?? '', stories)) {
      const target = rpcTarget('grpc', mesh.url, path, messages[0] as Uint8Array, viewer?.token)
      if (!isWhole((await probe(target)).subarray(5))) throw new Error(`${path} answered no whole message`)
      const ours = withCpuOf(mesh.pid, gatewayRun(bench, load, { url: mesh.url, path, messages, people, callers }))
      const reference = pgbench(bench, database, script, callers)
      figures.push({ name, ...(await beside(ours, reference, bench)), floor: 0.15, goal: 0.3 })
    }
    const meaning = `through the gateway with ${stories} stories, ${callers} callers; reference: pgbench, the same queries by as many clients`
    showFigures(bench.report, 'read', meaning, figures)
  } finally {
    await load.stop()
    await mesh.stop()
  }
}
