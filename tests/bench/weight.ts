import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startMesh } from '../../deploy/local/mesh.ts'
import { freePort } from '../../deploy/local/processes.ts'
import { onAllCores } from '../cores.ts'
import { startChild } from './child.ts'
import { median } from './measure.ts'
import { ownNats } from './own-nats.ts'
import { residentMebibytes } from './resident.ts'
import type { Bench } from './setting.ts'

/** What a start took and holds. */
interface Weight {
  seconds: number
  /** Resident memory of all its processes. */
  mebibytes: number
}

interface Running {
  pids: readonly number[]
  stop(): Promise<void>
}

const weigh = async (start: () => Promise<Running>): Promise<Weight> => {
  const began = performance.now()
  const { pids, stop } = await start()
  const seconds = (performance.now() - began) / 1000
  const mebibytes = pids.map(residentMebibytes).reduce((sum, each) => sum + each, 0)
  await stop()
  return { seconds, mebibytes }
}

/** The processes of the bench, started all at once. */
const children = async (bench: Bench, file: string, env: NodeJS.ProcessEnv, argLists: readonly string[][]) => {
  const started = argLists.map((args) => startChild(bench, file, { measured: false, args, env }))
  const all = await Promise.all(started)
  return {
    pids: all.map(({ pid }) => pid),
    stop: async () => {
      for (const child of all) await child.stop()
    },
  }
}

const mesh = async (bench: Bench, env: NodeJS.ProcessEnv, split: boolean): Promise<Running> => {
  const dataDir = join(bench.folder, 'weight')
  mkdirSync(dataDir, { recursive: true })
  const port = await freePort()
  const { processes, stop } = await startMesh({
    dataDir,
    split,
    port,
    env: { ...bench.environment, ...env },
    log: (line) => bench.report.say(line),
    signal: bench.signal,
  })
  return { pids: [...processes.values()].map(({ pid }) => pid as number), stop }
}

/**
 * Start-up time and memory: the mesh in one process and split, and what each further context adds by itself. Databases
 * are there already; no core is kept free, since starting is what all cores are for.
 */
export const weight = async (bench: Bench): Promise<void> => {
  const contexts = bench.quick ? 6 : 18
  const nats = await ownNats(bench, 'weight')
  const env = { TROUPE_DATABASE_PREFIX: 'bench_weight_', TROUPE_NATS_URL: nats.url }
  const bare = (lists: string[][]) => () => children(bench, 'servers/bare-contexts.ts', env, lists)
  const alone = Array.from({ length: contexts }, (_, index) => ['1', String(index)])
  const sides: Record<string, () => Promise<Running>> = {
    'an empty Node process': () => children(bench, 'references/empty.ts', env, [[]]),
    'the mesh, one process': () => mesh(bench, env, false),
    'the mesh, split': () => mesh(bench, env, true),
    '1 bare context': bare([['1', '0']]),
    [`${contexts} bare contexts, one process`]: bare([[String(contexts), '0']]),
    [`${contexts} bare contexts, split`]: bare(alone),
  }
  const found = new Map<string, Weight[]>(Object.keys(sides).map((name) => [name, []]))
  try {
    await onAllCores(bench.cores, async () => {
      for (let round = 0; round <= bench.runs; round += 1) {
        for (const [name, start] of Object.entries(sides)) {
          const weight = await weigh(start)
          if (round > 0) found.get(name)?.push(weight)
        }
      }
    })
  } finally {
    await nats.stop()
  }
  const middle = (of: keyof Weight, name: string) => median((found.get(name) ?? []).map((each) => each[of]))
  const [, , , one = '', together = '', split = ''] = Object.keys(sides)
  const added = (of: keyof Weight, name: string) => (middle(of, name) - middle(of, one)) / (contexts - 1)
  const row = (name: string, seconds: number, mebibytes: number) => [name, seconds.toFixed(2), mebibytes.toFixed(0)]
  bench.report.table(
    'weight: from start to ready, and resident memory then; medians, no limits are set',
    ['', 'seconds', 'MiB'],
    [
      ...Object.keys(sides).map((name) => row(name, middle('seconds', name), middle('mebibytes', name))),
      row('each context more, one process', added('seconds', together), added('mebibytes', together)),
      row('each context more, split', added('seconds', split), added('mebibytes', split)),
    ],
  )
  bench.report.keep('weight', Object.fromEntries(found))
}
