import { onDatabase } from './database.ts'
import type { Figure } from './figures.ts'
import { onEmptyTables, startWriter } from './kernel-writes.ts'
import { gatewayRun } from './load/gateway-load.ts'
import { startNodeLoad } from './load/node-load.ts'
import { pgbench } from './load/pgbench.ts'
import { beside, type Run } from './measure.ts'
import { startBenchMesh } from './mesh.ts'
import { withCpuOf } from './process-cpu.ts'
import { pageScripts } from './references/page-scripts.ts'
import { createRequest, createStoryPath } from './requests.ts'
import type { Bench } from './setting.ts'

const settledWithinMs = 60_000

/** Waits until the relay has carried every event away: it would work on beside the next run. */
export const untilCarried = async ({ signal }: Bench, database: string): Promise<void> => {
  const deadline = performance.now() + settledWithinMs
  for (;;) {
    signal.throwIfAborted()
    const [row] = await onDatabase<{ waiting: string }>(database, 'select count(*) as waiting from outbox')
    if (Number(row?.waiting) === 0) return
    if (performance.now() > deadline) throw new Error(`${row?.waiting} events still wait in the outbox`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** CreateStory with all that a caller passes, beside pgbench with as many clients that writes one page. */
export const gatewayWrites = async (bench: Bench): Promise<Figure[]> => {
  const callers = 32
  const writer = await startWriter(bench)
  const { url } = writer.facts
  const { transaction } = await pageScripts(url)
  await writer.stop()
  const mesh = await startBenchMesh(bench, 'create')
  const load = await startNodeLoad(bench)
  const name = `CreateStory through the gateway, ${callers} callers`
  try {
    const people = mesh.people(16)
    const call = { url: mesh.url, path: createStoryPath, messages: [createRequest], people, callers, isKeyed: true }
    const create = withCpuOf(mesh.pid, gatewayRun(bench, load, call))
    const ours: Run = async () => {
      await onDatabase(url, 'checkpoint')
      const sample = await create()
      await untilCarried(bench, mesh.databaseOf('story'))
      return sample
    }
    const reference = pgbench(bench, url, transaction, callers)
    const samples = await beside(ours, reference && onEmptyTables(url, reference), bench)
    return [{ name, ...samples, floor: 0.3, goal: 0.5 }]
  } finally {
    await load.stop()
    await mesh.stop()
  }
}
