import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { installNatsFromDebian } from './debian-nats.ts'
import { type LocalServer, startServer } from './local-server.ts'
import { debianCodename } from './private-apt.ts'
import { endLeftover, freePort } from './processes.ts'
import { type Log, SetupError } from './setup-error.ts'

const oldest = { major: 2, minor: 12 }

const howToInstall = [
  `nats-server ${oldest.major}.${oldest.minor} or later is needed and could not be installed here. One of these helps:`,
  '  macOS: brew install nats-server',
  '  elsewhere: unpack a release from https://github.com/nats-io/nats-server/releases onto your PATH',
  '  or set TROUPE_NATS_URL to a server of your own with JetStream',
].join('\n')

const versionOf = (program: string): string | undefined => {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8' }).match(/v?(\d+\.\d+\.\d+)/)?.[1]
  } catch {
    return undefined // does not run on this machine: as good as absent
  }
}

const isRecent = (version: string | undefined): boolean => {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor)
}

const onPath = (): string[] =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'nats-server'))

/**
 * The path of a nats-server ≥ 2.12: on the PATH, installed by an earlier run into `<dataDir>/bin`, or on Debian
 * installed there now (5 MB).
 *
 * @throws SetupError that says how to install it where this cannot be done
 */
export const findOrInstallNatsServer = async ({ dataDir, log }: { dataDir: string; log: Log }): Promise<string> => {
  const ours = join(dataDir, 'bin', 'nats-server')
  const found = [...onPath(), ours].find((program) => existsSync(program) && isRecent(versionOf(program)))
  if (found) return found
  const codename = debianCodename()
  if (!codename) throw new SetupError(howToInstall)
  log(`nats-server: installing it from Debian sid into ${join(dataDir, 'bin')} (once, 5 MB)`)
  try {
    await installNatsFromDebian(codename, ours)
  } catch (cause) {
    throw new SetupError(`${howToInstall}\n${cause instanceof Error ? cause.message : cause}`, { cause })
  }
  const version = versionOf(ours)
  if (!isRecent(version)) throw new SetupError(`${howToInstall}\nDebian's is ${version ?? 'of no use on this machine'}`)
  log(`nats-server: ${version} installed`)
  return ours
}

/** The server speaks first; only once its streams are recovered does it listen, and its greeting says so. */
const greetsWithJetStream = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let greeting = ''
    const done = () => {
      socket.destroy()
      resolve(/^INFO .*"jetstream":\s*true/.test(greeting))
    }
    socket.setTimeout(1_000, done)
    socket.on('error', done)
    socket.on('close', done)
    socket.on('data', (chunk) => {
      greeting += chunk
      if (greeting.includes('\r\n')) done()
    })
  })

const configuration = (port: number, storeDir: string): string => `listen: "127.0.0.1:${port}"
max_payload: 8388608
jetstream { store_dir: ${JSON.stringify(storeDir)} }
`

interface Options {
  binary: string
  /** The folder of all local data; JetStream keeps its own in `nats` below it. */
  dataDir: string
  /** A random free one where none is given. */
  port?: number | undefined
  log: Log
}

/**
 * Starts nats-server with JetStream on 127.0.0.1, messages up to 8 MiB, ending first a server that a crash left
 * behind on the same data.
 */
export const startNats = async ({ binary, dataDir, port, log }: Options): Promise<LocalServer> => {
  const folder = join(dataDir, 'nats')
  mkdirSync(folder, { recursive: true })
  const pidFile = join(dataDir, 'nats.pid')
  if (await endLeftover(pidFile, 'SIGTERM')) log('nats: stopped the one that an earlier run left behind')
  const actualPort = port ?? (await freePort())
  const configFile = join(dataDir, 'nats.conf')
  writeFileSync(configFile, configuration(actualPort, folder))
  return startServer({
    name: 'nats-server',
    command: [binary, '--config', configFile],
    url: `nats://127.0.0.1:${actualPort}`,
    logFile: join(dataDir, 'logs', 'nats.log'),
    pidFile,
    stopSignal: 'SIGTERM',
    isReady: () => greetsWithJetStream(actualPort),
  })
}
