import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { dataFolder } from './data-folder.ts'
import { type Local, startLocal } from './local.ts'
import { findOrInstallMediaPrograms, type MediaPrograms } from './media-programs.ts'
import { type Mesh, startMesh } from './mesh.ts'
import { isPortFree } from './processes.ts'
import { readSecrets, secretsFile } from './secrets.ts'
import { SetupError } from './setup-error.ts'
import { onStopSignal } from './stop-signals.ts'

const usage = `Usage: npm start -- [options]

Starts Postgres, NATS and the mesh on this machine.

  --split     one process per context instead of one for all
  --reset     wipes all local data first
  --verbose   shows every log line, not only warnings
  --help      shows this

Environment:
  TROUPE_PORT           of the gateway on 127.0.0.1 (8080)
  TROUPE_DATA           the folder of all local data (.troupe)
  TROUPE_POSTGRES_URL   a Postgres of your own instead of a local one
  TROUPE_NATS_URL       a nats-server of your own, with JetStream`

const say = (line: string) => console.log(line)

/** `npm start --split` keeps the flag to npm; only what stands behind `--` comes here. */
const refuseLostFlags = (): void => {
  const lost = ['split', 'reset', 'verbose'].filter((flag) => process.env[`npm_config_${flag}`])
  if (lost.length === 0) return
  console.error(`npm kept --${lost.join(' --')} for itself; write: npm start -- --${lost.join(' --')}`)
  process.exit(2)
}

const readOptions = () => {
  refuseLostFlags()
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({ options: { split: flag, reset: flag, verbose: flag, help: flag } }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

const readPort = async (): Promise<number> => {
  const text = process.env.TROUPE_PORT || '8080'
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new SetupError(`TROUPE_PORT=${text} is not a port`)
  if (await isPortFree(port)) return port
  throw new SetupError(`port ${port} is taken; stop what uses it, or choose another: TROUPE_PORT=${port + 1} npm start`)
}

const withoutPassword = (url: string): string => {
  const shown = new URL(url)
  shown.password = ''
  return shown.href
}

const fromHere = (path: string): string => relative(process.cwd(), path) || '.'

const printWhatIsWhere = (dataDir: string, local: Local, mesh: Mesh): void => {
  const rows = [
    ['gateway', mesh.url],
    ['Postgres', withoutPassword(local.postgresUrl)],
    ['NATS', withoutPassword(local.natsUrl)],
    ['data', fromHere(dataDir)],
    ['operator', `${readSecrets(dataDir).TROUPE_BOOTSTRAP_ADMIN}, password in ${fromHere(secretsFile(dataDir))}`],
    ['logs', fromHere(join(dataDir, 'logs'))],
    ['processes', [...mesh.processes].map(([name, { pid }]) => `${name} ${pid}`).join(', ')],
  ]
  for (const [what = '', where] of rows) say(`  ${what.padEnd(10)} ${where}`)
}

const untilAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })

const run = async (port: number, { split, reset, verbose }: ReturnType<typeof readOptions>): Promise<void> => {
  const began = performance.now()
  const dataDir = dataFolder()
  const stopping = new AbortController()
  let local: Local | undefined
  let media: MediaPrograms | undefined
  let mesh: Mesh | undefined
  const stop = () => {
    say('stopping')
    stopping.abort()
  }
  const kill = () => {
    mesh?.kill()
    local?.kill()
    process.exit(130)
  }
  onStopSignal(stop, kill)
  try {
    say(`starting Postgres and NATS (data in ${fromHere(dataDir)})`)
    local = await startLocal({ dataDir, log: say, env: process.env, reset })
    say(`starting the mesh (${split ? 'a process per context' : 'one process'})`)
    const { signal } = stopping
    // Nothing waits for them but who wants sound or film.
    media = findOrInstallMediaPrograms({ dataDir, log: say, signal })
    const env = { ...media.env, TROUPE_POSTGRES_URL: local.postgresUrl, TROUPE_NATS_URL: local.natsUrl }
    mesh = await startMesh({ dataDir, split, port, env, log: say, verbose, signal })
    printWhatIsWhere(dataDir, local, mesh)
    say(`ready in ${((performance.now() - began) / 1000).toFixed(1)} s: ${mesh.url} (Ctrl-C stops)`)
    const failure = await Promise.race([untilAborted(signal), mesh.failure])
    if (failure) throw failure
  } catch (error) {
    // What was being started when Ctrl-C came fails, as it should.
    if (!stopping.signal.aborted) throw error
  } finally {
    stopping.abort()
    await media?.ready
    await mesh?.stop()
    await local?.stop()
  }
  say('stopped')
}

const main = async (): Promise<void> => {
  const options = readOptions()
  if (options.help) return say(usage)
  await run(await readPort(), options)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof SetupError ? `\n${error.message}` : error)
    process.exit(1)
  },
)
