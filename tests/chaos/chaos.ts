import { join } from 'node:path'
import { dataFolder } from '../../deploy/local/data-folder.ts'
import { findOrInstallMediaPrograms } from '../../deploy/local/media-programs.ts'
import { findOrInstallNatsServer } from '../../deploy/local/nats-server.ts'
import { SetupError } from '../../deploy/local/setup-error.ts'
import { onStopSignal } from '../../deploy/local/stop-signals.ts'
import { withTemporaryFolder } from '../../deploy/local/temporary-servers.ts'
import { type Report, startReport } from '../report.ts'
import { faults } from './faults/faults.ts'
import { type Ground, withGround } from './ground.ts'
import { measureLoad } from './load/load.ts'
import { type ChaosOptions, readOptions, usage } from './options.ts'
import { reportResults, sayResult } from './results.ts'
import { runSeed, type SeedResult } from './seed-run.ts'
import { killAtSteps } from './steps.ts'
import { authorsAtWork } from './workload/authors.ts'
import { onSale } from './workload/sale/on-sale.ts'
import { inStudio } from './workload/studio/studio.ts'

const spanMs = 12_000
const quickSpanMs = 5000

/** Of each workload, where its report goes and what its seeds' logs begin with. */
const nameOf = ({ workload }: Pick<ChaosOptions, 'workload'>): string =>
  workload === 'authors' ? 'chaos' : `chaos-${workload}`

const workloads = { authors: authorsAtWork, 'on-sale': onSale, studio: inStudio }

const names = faults.map(({ name }) => name)

const folderOf = ({ out }: ChaosOptions): string => out ?? join(dataFolder(), 'reports')

type OnGround = <T>(name: string, use: (ground: Ground) => Promise<T>) => Promise<T>

/** Runs the seeds, as many side by side as there are jobs, each job on servers of its own. */
const runSeeds = async (onGround: OnGround, report: Report, options: ChaosOptions, signal: AbortSignal) => {
  const workload = workloads[options.workload]
  const wanted = options.only === undefined ? (workload.faults ?? names) : [options.only]
  const chosen = faults.filter(({ name }) => wanted.includes(name))
  const results: SeedResult[] = []
  let next = options.first
  const runOne = async (ground: Ground, seed: number): Promise<void> => {
    const seedOptions = {
      seed,
      workload,
      split: options.split ?? seed % 2 === 0,
      faults: chosen,
      spanMs: options.quick ? quickSpanMs : spanMs,
      keepLogs: join(folderOf(options), `${nameOf(options)}-seed-${seed}`),
    }
    const result = await runSeed(ground, seedOptions).catch((error: Error) => {
      if (!signal.aborted) report.fellShort(`seed ${seed} could not be run: ${error.message}`)
    })
    if (!result) return
    results.push(result)
    sayResult(report, result)
  }
  const job = (_: unknown, number: number) =>
    onGround(`ground-${number}`, async (ground) => {
      while (next < options.first + options.seeds && !signal.aborted) await runOne(ground, next++)
    })
  await Promise.all(Array.from({ length: Math.min(options.jobs, options.seeds) }, job))
  if (signal.aborted) report.fellShort(`stopped after ${results.length} of ${options.seeds} seeds`)
  if (results.length === 0) return
  reportResults(
    report,
    results.toSorted((one, other) => one.seed - other.seed),
    chosen,
  )
}

const runAll = (options: ChaosOptions, signal: AbortSignal): Promise<number> =>
  withTemporaryFolder(async (folder) => {
    const binary = await findOrInstallNatsServer({ dataDir: dataFolder(), log: console.log })
    const media = findOrInstallMediaPrograms({ dataDir: dataFolder(), log: console.log, signal })
    await media.ready
    Object.assign(process.env, media.env)
    const onGround: OnGround = (name, use) =>
      withGround({ folder: join(folder, name), withDisks: true, binary, signal }, use)
    const report = startReport(nameOf(options), folderOf(options))
    if (options.parts.includes('seeds')) await runSeeds(onGround, report, options, signal)
    if (options.parts.includes('steps') && !signal.aborted)
      await onGround('ground-steps', (ground) => killAtSteps(ground, report, signal))
    if (options.parts.includes('load') && !signal.aborted)
      await onGround('ground-load', (ground) => measureLoad(ground, report, folderOf(options), signal))
    return report.finish()
  })

const stopping = new AbortController()
onStopSignal(
  () => stopping.abort(),
  () => process.exit(130),
)

try {
  const options = readOptions(process.argv.slice(2), names)
  if (!options) console.log(usage(names))
  process.exit(options ? await runAll(options, stopping.signal) : 0)
} catch (error) {
  if (error instanceof SetupError) console.error(`${error.message}\n\n${usage(names)}`)
  else if (!stopping.signal.aborted) console.error(error)
  process.exit(stopping.signal.aborted ? 130 : 1)
}
