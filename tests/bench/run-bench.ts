import { totalmem } from 'node:os'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { withServers } from '../../deploy/local/temporary-servers.ts'
import { takeCores } from '../cores.ts'
import { startReport } from '../report.ts'
import type { BenchOptions } from './arguments.ts'
import { cheapenSignIn } from './database.ts'
import { loadPart } from './parts.ts'
import { findTools, missingTools } from './tools.ts'

/** Settings of every process of a mesh under test: limits are counted but out of the way, no span is sampled. */
const environmentOf = (servers: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv => ({
  ...readSecrets(folder),
  TROUPE_POSTGRES_URL: servers.TROUPE_TEST_POSTGRES_URL,
  TROUPE_NATS_URL: servers.TROUPE_TEST_NATS_URL,
  TROUPE_HOST: '127.0.0.1',
  TROUPE_DATA: folder,
  TROUPE_RATE_LIMIT_SCALE: '1000000',
  TROUPE_FLOOD_PER_SECOND: '1000000',
  TROUPE_TRACE_RATIO: '0',
})

/** Runs the parts one after the other and returns the exit code: 0 when nothing fell short. */
export const runBench = async (options: BenchOptions, signal: AbortSignal): Promise<number> => {
  const { parts, quick, runs, out } = options
  const report = startReport('bench', out)
  const cores = takeCores()
  const tools = findTools()
  report.say(cores.description)
  for (const line of missingTools(tools)) report.say(line)
  report.say(
    `each figure: the median of ${runs} runs, in turn with its reference, after warming up until nothing gets faster`,
  )
  report.say('ratio: the median of those of runs side by side; µs: processor time of the measured process for each')
  // As its manual advises for a machine that serves nothing else.
  const buffersMiB = Math.floor(totalmem() / 2 ** 20 / 4)
  report.say(`Postgres keeps ${buffersMiB} MiB of its data in memory, a quarter of the machine's, for both sides`)
  return withServers({ log: report.say, buffersMiB }, async (servers) => {
    // Servers that are left below it end with the others.
    const folder = servers.TMPDIR ?? ''
    const environment = environmentOf(servers, folder)
    await cheapenSignIn(servers.TROUPE_TEST_POSTGRES_URL ?? '')
    const natsServer = servers.TROUPE_TEST_NATS_SERVER ?? ''
    const [seconds, warmUps] = quick ? [2, 3] : [3, 6]
    const bench = { report, quick, runs, warmUps, seconds, cores, tools, environment, natsServer, folder, signal }
    for (const name of parts) {
      signal.throwIfAborted()
      const part = await loadPart(name)
      await part(bench).catch((error: unknown) => {
        signal.throwIfAborted()
        report.say(`\n${name} could not be measured: ${(error as Error).stack ?? error}`)
        report.fellShort(`${name} could not be measured: ${(error as Error).message}`)
      })
    }
    return report.finish()
  })
}
