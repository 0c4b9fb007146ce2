import { type Limit, showLimits } from './figures.ts'
import { type GrownMesh, growMesh } from './grown-mesh.ts'
import { type NodeLoad, startNodeLoad } from './load/node-load.ts'
import { alternate, median, medianRatio, type Run, type Sample } from './measure.ts'
import type { Bench } from './setting.ts'

const most = 1.2

const named = (size: number): string => (size >= 1e6 ? `${size / 1e6}M` : `${size / 1e3}k`)

const costs = (what: string, samples: Record<string, Sample[]>): Limit[] => {
  const [smallest = [], ...larger] = Object.values(samples)
  const names = Object.keys(samples).slice(1)
  return larger.map((runs, index) => ({
    name: `${what} at ${names[index]}, cost against ${Object.keys(samples)[0]}`,
    value: medianRatio(smallest, runs),
    atMost: most,
  }))
}

/** Runs one operation at every size in turn. */
const compare = async (bench: Bench, meshes: readonly GrownMesh[], pick: (mesh: GrownMesh) => Run) => {
  const sides = Object.fromEntries(meshes.map((mesh): [string, Run] => [named(mesh.size), pick(mesh)]))
  const samples: Record<string, Sample[]> = await alternate(sides, bench)
  return samples
}

const ratesOf = (samples: Record<string, Sample[]>): string[] =>
  Object.values(samples).map((runs) => Math.round(median(runs.map(({ perSecond }) => perSecond))).toString())

const startAll = async (bench: Bench, load: NodeLoad, sizes: readonly number[], meshes: GrownMesh[]): Promise<void> => {
  for (const size of sizes) {
    const began = performance.now()
    meshes.push(await growMesh(bench, load, size, named(size)))
    bench.report.say(`loaded ${named(size)} stories and events in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
}

/** Whether an operation costs the same however much there is: the same calls at each size, a mesh for each. */
export const growth = async (bench: Bench): Promise<void> => {
  const sizes = bench.quick ? [1e3, 1e4] : [1e3, 1e4, 1e5, 1e6]
  const load = await startNodeLoad(bench)
  const meshes: GrownMesh[] = []
  try {
    await startAll(bench, load, sizes, meshes)
    const operations = Object.keys(meshes[0]?.operations ?? {})
    const rows: string[][] = []
    const limits: Limit[] = []
    for (const operation of operations) {
      const samples = await compare(bench, meshes, ({ operations }) => operations[operation] as Run)
      rows.push([operation, ...ratesOf(samples)])
      limits.push(...costs(operation, samples))
    }
    bench.report.table(
      'growth: through the gateway, a second, by the number of stories and events',
      ['', ...sizes.map(named)],
      rows,
    )
    showLimits(
      bench.report,
      'growth',
      'cost of an operation against the same with the fewest stories and events',
      limits,
    )
  } finally {
    for (const mesh of meshes) await mesh.stop()
    await load.stop()
  }
}
