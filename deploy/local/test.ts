import { join } from 'node:path'
import { bundleFlags } from './bundle.ts'
import { type Check, type Counts, installed, runChecks, secondsSince } from './check.ts'
import { root } from './data-folder.ts'
import { SetupError } from './setup-error.ts'
import { onStopSignal } from './stop-signals.ts'
import { withServers } from './temporary-servers.ts'
import { runVitest } from './vitest-run.ts'

const checks: Check[] = [
  { name: 'buf lint', command: [installed('buf'), 'lint'] },
  { name: 'generated code is fresh', command: [process.execPath, 'deploy/local/gen.ts', '--check'] },
  { name: 'biome', command: [installed('biome'), 'check', '.'] },
  { name: 'types', command: [process.execPath, join(root, 'node_modules/typescript7/bin/tsc'), '--noEmit'] },
]

/** Thousands of accounts are opened: none of them is worth a guess. */
const cheap = { TROUPE_PASSWORD_MEMORY_KIB: '64' }

const log = (line: string) => console.log(line)

const runTests = async (args: string[], signal: AbortSignal): Promise<Counts> => {
  const began = performance.now()
  // Where Node itself runs: within Vitest, modules are not found as they are without it.
  await bundleFlags(log)
  const counts = await withServers({ log, isThrowaway: true, hasPrograms: false }, (env, folder) =>
    runVitest({ args, env: { ...env, ...cheap }, folder, signal }),
  )
  log(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} vitest (${secondsSince(began)})`)
  return counts
}

const runAll = async (args: string[], signal: AbortSignal): Promise<Counts> => {
  const began = performance.now()
  const wanted = args.length > 0 ? [] : checks
  const [broken, tested] = await Promise.all([runChecks(wanted, signal), runTests(args, signal)])
  // Once more: of a long output people are shown the end.
  for (const { name } of broken) log(`FAILED ${name}: see above`)
  log(`all of it took ${secondsSince(began)}`)
  return { passed: wanted.length - broken.length + tested.passed, failed: broken.length + tested.failed }
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
