import { SetupError } from '../../deploy/local/setup-error.ts'
import { onStopSignal } from '../../deploy/local/stop-signals.ts'
import { withServers } from '../../deploy/local/temporary-servers.ts'
import { type Report, startReport } from '../report.ts'
import { runChecks } from './checks.ts'
import { runFuzz } from './fuzz/fuzz.ts'
import { runMassAssignment } from './mass/mass-assignment.ts'
import { runMatrix } from './matrix/matrix.ts'
import { reportMatrix } from './matrix/report-matrix.ts'
import { type Options, type Part, readOptions } from './options.ts'
import { sessionChecks } from './sessions/sessions.ts'
import { assembleCast, type Cast } from './stage/cast.ts'
import { readLogs } from './stage/logs.ts'
import { openStage, type Stage } from './stage/stage.ts'
import { wireChecks } from './wire/wire.ts'

type RunPart = (stage: Stage, cast: Cast, report: Report, options: Options) => Promise<void>

/** Requests for each method. */
const fuzzed = { quick: 50, normal: 1_000, long: 10_000 }

const runs: Partial<Record<Part, RunPart>> = {
  matrix: async (stage, cast, report, { level }) =>
    reportMatrix(report, await runMatrix(stage, cast, level === 'quick' ? 3 : 1)),
  mass: (stage, cast, report) => runMassAssignment(stage, cast, report),
  sessions: (stage, cast, report, { level, seed }) =>
    runChecks('sessions', sessionChecks, { stage, cast, level, seed }, report),
  wire: (stage, cast, report, { level, seed }) =>
    runChecks('wire', wireChecks(level), { stage, cast, level, seed }, report),
  fuzz: (stage, cast, report, { level, seed }) => runFuzz(stage, cast, report, { each: fuzzed[level], seed }),
}

const attack = async (report: Report, options: Options, signal: AbortSignal): Promise<void> => {
  const opening = openStage('security', options.split)
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const runAll = async () => {
    const stage = await opening
    const cast = await assembleCast(stage)
    let seen = readLogs(stage.own.dataDir).length
    for (const part of options.parts) {
      const began = performance.now()
      await runs[part]?.(stage, cast, report, options)
      const logged = readLogs(stage.own.dataDir)
      for (const line of logged.slice(seen))
        report.fellShort(`${part}: the mesh logged ${JSON.stringify(line).slice(0, 1_000)}`)
      seen = logged.length
      report.say(`${part} took ${((performance.now() - began) / 1000).toFixed(1)} s`)
    }
  }
  try {
    await Promise.race([runAll(), stopped])
  } finally {
    await opening.then((stage) => stage.close())
  }
}

const main = async (): Promise<number> => {
  const options = readOptions()
  const stopping = new AbortController()
  onStopSignal(
    () => stopping.abort(new SetupError('stopped')),
    () => process.exit(130),
  )
  const report = startReport('security', options.out)
  report.say(`${options.level}, ${options.split ? 'a process per context' : 'one process'}, seed ${options.seed}`)
  const { out: _, ...kept } = options
  report.keep('options', kept)
  await withServers({ log: report.say, isThrowaway: true }, (env) => {
    Object.assign(process.env, env)
    return attack(report, options, stopping.signal)
  })
  return report.finish()
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof SetupError ? error.message : error)
    process.exit(1)
  },
)
