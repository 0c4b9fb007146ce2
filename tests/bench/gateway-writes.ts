import { create, toBinary } from '@bufbuild/protobuf'
import { CreateStoryRequestSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { onDatabase } from './database.ts'
import type { Figure } from './figures.ts'
import { onEmptyTables, startWriter } from './kernel-writes.ts'
import { startNodeLoad } from './load/node-load.ts'
import { pgbench } from './load/pgbench.ts'
import { rpcTarget } from './load/target.ts'
import { alternate, type Run } from './measure.ts'
import { type BenchMesh, startBenchMesh } from './mesh.ts'
import { withCpuOf } from './process-cpu.ts'
import { pageScripts } from './references/page-scripts.ts'
import { sampleText } from './sample-story.ts'
import type { Bench } from './setting.ts'

const path = '/troupe.story.v1.StoryService/CreateStory'
const connections = 4
const settledWithinMs = 60_000

const request = toBinary(
  CreateStoryRequestSchema,
  create(CreateStoryRequestSchema, { title: 'The Fox and the Grapes', content: sampleText, category: 'fable' }),
)

/** Waits until the relay has carried every event away: it would work on beside the next run. */
export const untilCarried = async (database: string): Promise<void> => {
  const deadline = performance.now() + settledWithinMs
  for (;;) {
    const [row] = await onDatabase<{ waiting: string }>(database, 'select count(*) as waiting from outbox')
    if (Number(row?.waiting) === 0) return
    if (performance.now() > deadline) throw new Error(`${row?.waiting} events still wait in the outbox`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** Runs of CreateStory by many authors through a mesh's gateway, with keys of their own, over gRPC. */
const createStories = async (bench: Bench, mesh: BenchMesh, callers: number) => {
  const load = await startNodeLoad(bench)
  const people = await mesh.people(Math.min(callers, 16))
  const target = rpcTarget('grpc', mesh.url, path, request, undefined)
  const tokens = people.map(({ token }) => token)
  const streams = Math.max(1, callers / connections)
  const run: Run = async () => {
    const shape = {
      connections: Math.min(connections, callers),
      streams,
      seconds: bench.seconds,
      isKeyed: true,
      tokens,
    }
    const { headers } = target
    const sample = await load.run({
      ...target,
      headers: { ...headers },
      bodies: [target.body.toString('base64')],
      ...shape,
    })
    await untilCarried(mesh.databaseOf('story'))
    return sample
  }
  return { run, stop: load.stop }
}

/** CreateStory with all that a caller passes, beside pgbench with as many clients that writes one page. */
export const gatewayWrites = async (bench: Bench): Promise<Figure[]> => {
  const callers = 32
  const writer = await startWriter(bench)
  const { url } = writer.facts
  const { transaction } = await pageScripts(url)
  await writer.stop()
  const mesh = await startBenchMesh(bench, 'create')
  const stories = await createStories(bench, mesh, callers)
  const name = `CreateStory through the gateway, ${callers} callers`
  try {
    const create = withCpuOf(mesh.pid, stories.run)
    const ours: Run = async () => {
      await onDatabase(url, 'checkpoint')
      return create()
    }
    const reference = pgbench(bench, url, transaction, callers)
    if (!reference) return [{ name, ours: (await alternate({ ours }, bench.runs)).ours, reference: undefined }]
    const samples = await alternate({ ours, reference: onEmptyTables(url, reference) }, bench.runs)
    return [{ name, ...samples, floor: 0.3, goal: 0.5 }]
  } finally {
    await stories.stop()
    await mesh.stop()
  }
}
