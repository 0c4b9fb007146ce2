import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './data-folder.ts'
import { openLog } from './log-files.ts'
import { forConsole, saysReady } from './log-lines.ts'
import { waitUntil } from './processes.ts'
import { type Log, SetupError } from './setup-error.ts'

const readyWithin = 120_000
const linesKept = 12
/**
 * How V8 collects garbage. Young objects die in a small space as well, where few calls and streams are open at once; the
 * default keeps over 100 MB for them in a process that is idle. With thousands open at once a small one costs a fifth of
 * the processor's time, in copying what lives on. Four helpers that mark the heap would leave a fifth of a shared core to
 * what is served. Nor does what one burst of calls kept for long tell of later ones: with pretenuring, whatever is made at
 * the same places would be old from the beginning ever after.
 */
export const heapFlags = (youngMiB: number): string[] => [
  `--max-semi-space-size=${youngMiB}`,
  '--v8-pool-size=1',
  '--no-allocation-site-pretenuring',
]

/** Of a process that hosts one context, and of one that hosts many. */
const youngOf = (contexts: readonly string[]): number => (contexts.length === 1 ? 8 : 32)

/** A process of the mesh: `node services/main.ts <contexts…>`. */
export interface MeshProcess {
  readonly child: ChildProcess
  /** Waits until it has said so and `GET /ready` agrees; throws, with its last lines, when it ends before. */
  ready(): Promise<void>
  /** Resolves when it has ended, with how it ended and its last lines. */
  readonly ended: Promise<string>
  /** Whether it has ended. */
  hasEnded(): boolean
}

interface Options {
  name: string
  contexts: readonly string[]
  /** Where it listens. */
  port: number
  /** 127.0.0.1 where none is given. */
  host?: string
  env: NodeJS.ProcessEnv
  /** Of Node, besides those of its heap. */
  flags: readonly string[]
  dataDir: string
  log: Log
  verbose: boolean
}

const answersReady = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.ok ?? false
}

const eachLine = (stream: Readable | null, take: (line: string) => void): void => {
  if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take)
}

/**
 * Starts one process of the mesh. It does not hear the terminal's Ctrl-C; the channel to it closes when this process
 * dies, and it ends itself then. All it prints goes to `<dataDir>/logs/<name>.log`, warnings to `log` as well.
 */
export const startMeshProcess = (options: Options): MeshProcess => {
  const { name, contexts, port, host = '127.0.0.1', env, flags, dataDir, log, verbose } = options
  const child = spawn(
    process.execPath,
    [...heapFlags(youngOf(contexts)), ...flags, join(root, 'services', 'main.ts'), ...contexts],
    {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...env, TROUPE_HOST: host, TROUPE_PORT: String(port) },
    },
  )
  const file = createWriteStream('', { fd: openLog(join(dataDir, 'logs', `${name}.log`)) })
  file.on('error', (error) => log(`${name}: its log cannot be written: ${error.message}`))
  let hasSaidReady = false
  const last: string[] = []
  const take = (line: string) => {
    if (!file.writableEnded) file.write(`${line}\n`)
    last.push(line)
    if (last.length > linesKept) last.shift()
    const shown = forConsole(line, name, verbose)
    if (shown !== undefined) log(shown)
    hasSaidReady ||= saysReady(line)
  }
  eachLine(child.stdout, take)
  eachLine(child.stderr, take)

  let hasEnded = false
  const ended = new Promise<string>((resolve) => {
    const end = async (how: string) => {
      hasEnded = true
      // What it printed last is still on its way, unless a process of its own holds the pipe.
      if (child.stdout && !child.stdout.closed) await Promise.race([once(child.stdout, 'close'), sleep(300)])
      file.end()
      resolve([`${name} ended (${how}); its last lines:`, ...last].join('\n'))
    }
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
    child.once('error', (error) => end(error.message))
  })
  const ready = async () => {
    const url = `http://${host}:${port}`
    const inTime = await waitUntil(async () => hasEnded || (hasSaidReady && (await answersReady(url))), readyWithin)
    if (hasEnded) throw new SetupError(await ended)
    if (inTime) return
    throw new SetupError([`${name} is not ready after ${readyWithin / 1000} s; its last lines:`, ...last].join('\n'))
  }
  return { child, ready, ended, hasEnded: () => hasEnded }
}

/** SIGTERM, until `deadline` (as of `performance.now()`) to drain, then SIGKILL. */
export const stopMeshProcess = async ({ child, ended, hasEnded }: MeshProcess, deadline: number): Promise<void> => {
  if (hasEnded()) return
  child.kill('SIGTERM')
  const patience = Math.max(0, deadline - performance.now())
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  await ended
  clearTimeout(timer)
}
