import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Check, type Counts, installed, runChecks, secondsSince } from './check.ts'
import { dataFolder, root } from './data-folder.ts'
import { findOrInstallNatsServer, startNats } from './nats-server.ts'
import { startPostgres } from './postgres.ts'
import { endLeftover } from './processes.ts'
import { SetupError } from './setup-error.ts'
import { onStopSignal } from './stop-signals.ts'
import { runVitest } from './vitest-run.ts'

const checks: Check[] = [
  { name: 'buf lint', command: [installed('buf'), 'lint'] },
  { name: 'generated code is fresh', command: [process.execPath, 'deploy/local/gen.ts', '--check'] },
  { name: 'biome', command: [installed('biome'), 'check', '.'] },
  { name: 'types', command: [process.execPath, join(root, 'node_modules/typescript7/bin/tsc'), '--noEmit'] },
]

const log = (line: string) => console.log(line)

/** Ends the servers of tests that were interrupted before they could do so. */
const endServersBelow = async (folder: string): Promise<void> => {
  for (const file of globSync('{*,*/*}/{postgres,nats}.pid', { cwd: folder })) {
    await endLeftover(join(folder, file), file.endsWith('postgres.pid') ? 'SIGINT' : 'SIGTERM')
  }
}

/** Runs `use` with a Postgres and a NATS of its own, which are gone afterwards. */
const withServers = async <T>(use: (env: NodeJS.ProcessEnv, folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-test-'))
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  for (const path of [folder, temporary]) chmodSync(path, 0o711) // Postgres may run as another user
  const servers: { stop(): Promise<void> }[] = []
  try {
    const binary = await findOrInstallNatsServer({ dataDir: dataFolder(), log })
    const postgres = await startPostgres({ dataDir: folder, log })
    servers.push(postgres)
    const nats = await startNats({ binary, dataDir: folder, log })
    servers.push(nats)
    const env = {
      TROUPE_TEST_POSTGRES_URL: postgres.url,
      TROUPE_TEST_NATS_URL: nats.url,
      TROUPE_TEST_NATS_SERVER: binary,
      TMPDIR: temporary,
    }
    return await use(env, folder)
  } finally {
    for (const server of servers.reverse()) await server.stop()
    await endServersBelow(temporary)
    rmSync(folder, { recursive: true, force: true })
  }
}

const runAll = async (args: string[], signal: AbortSignal): Promise<Counts> => {
  const began = performance.now()
  const checked = args.length > 0 ? { passed: 0, failed: 0 } : await runChecks(checks, signal)
  const vitestBegan = performance.now()
  const tested = await withServers((env, folder) => runVitest({ args, env, folder, signal }))
  log(`${tested.failed === 0 ? 'ok    ' : 'FAILED'} vitest (${secondsSince(vitestBegan)})`)
  log(`all of it took ${secondsSince(began)}`)
  return { passed: checked.passed + tested.passed, failed: checked.failed + tested.failed }
}

const stopping = new AbortController()
onStopSignal(
  () => stopping.abort(),
  () => process.exit(130),
)

runAll(process.argv.slice(2), stopping.signal).then(
  ({ passed, failed }) => {
    log(`${passed} passed, ${failed} failed`)
    process.exit(failed === 0 ? 0 : 1)
  },
  (error: unknown) => {
    if (stopping.signal.aborted) process.exit(130)
    console.error(error instanceof SetupError ? error.message : error)
    log('0 passed, 1 failed')
    process.exit(1)
  },
)
