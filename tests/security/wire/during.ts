import { spawnSync } from 'node:child_process'
import { type CheckScene, must } from '../checks.ts'
import { openHttp2 } from '../http2-client.ts'

const probePath = '/troupe.story.v1.StoryService/ListStories'
const probeEveryMs = 50
/** How long a probe may take while an attack is under way, on a machine that does other things, too. */
const slowestProbeMs = 5_000
/** How much more memory all processes together may hold at any moment of an attack. */
const mostGrowthMiB = 200

const memoryMiB = (pids: readonly number[]): number => {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', pids.join(',')], { encoding: 'utf8' })
  return stdout.split('\n').reduce((sum, line) => sum + Number(line.trim() || 0), 0) / 1024
}

/** What an attack cost the mesh. */
export interface Cost {
  probes: number
  slowestMs: number
  growthMiB: number
}

export const shownCost = ({ probes, slowestMs, growthMiB }: Cost): string =>
  `${probes} probes, slowest ${Math.round(slowestMs)} ms, ${Math.round(growthMiB)} MiB more`

/**
 * Runs an attack and asks an ordinary question all the while. Throws when a process of the mesh ends, a probe fails or
 * takes too long, or memory grows out of bounds.
 */
export const during = async <T>(
  { stage }: CheckScene,
  attack: () => Promise<T>,
): Promise<{ result: T; cost: Cost }> => {
  const children = [...stage.own.current().processes.values()]
  const pids = children.flatMap(({ pid }) => pid ?? [])
  const before = memoryMiB(pids)
  const cost: Cost = { probes: 0, slowestMs: 0, growthMiB: 0 }
  const failures: string[] = []
  let isOver = false
  const probing = (async () => {
    const client = openHttp2(stage.url, 20_000)
    while (!isOver || cost.probes === 0) {
      const { status, ms, broken } = await client.send({
        path: probePath,
        headers: { 'content-type': 'application/json' },
        body: '{"pageSize":1}',
      })
      cost.probes += 1
      cost.slowestMs = Math.max(cost.slowestMs, ms)
      cost.growthMiB = Math.max(cost.growthMiB, memoryMiB(pids) - before)
      if (status !== 200) failures.push(broken ?? `status ${status}`)
      await new Promise((done) => setTimeout(done, probeEveryMs))
    }
    client.close()
  })()
  const result = await attack().finally(() => {
    isOver = true
  })
  await probing
  const ended = children.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
  must(!ended, `a process ended with ${ended?.exitCode ?? ended?.signalCode}`)
  must(failures.length === 0, `${failures.length} of ${cost.probes} probes failed: ${failures[0]}`)
  must(cost.slowestMs <= slowestProbeMs, `a probe took ${Math.round(cost.slowestMs)} ms`)
  must(cost.growthMiB <= mostGrowthMiB, `memory grew by ${Math.round(cost.growthMiB)} MiB`)
  return { result, cost }
}
