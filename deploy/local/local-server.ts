import { type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, fstatSync } from 'node:fs'
import { openLog, tailOf } from './log-files.ts'
import { endProcess, waitUntil, writePidFile } from './processes.ts'
import { SetupError } from './setup-error.ts'

/** A server program of ours that runs as a child process. */
export interface LocalServer {
  readonly url: string
  readonly pid: number
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<void>
  /** Ends it in its own way and waits until it is gone. */
  stop(): Promise<void>
  /** SIGKILL, as a crash would. */
  kill(): void
}

interface Options {
  name: string
  command: readonly string[]
  url: string
  /** Where its output goes. */
  logFile: string
  pidFile: string
  stopSignal: NodeJS.Signals
  /** Whether it serves; asked again and again until it says so. A throw gives up at once. */
  isReady: () => Promise<boolean>
  spawnOptions?: Pick<SpawnOptions, 'uid' | 'gid' | 'cwd'>
}

/**
 * Starts a server program and waits until it serves. It does not hear the terminal's Ctrl-C, so that what
 * depends on it can be stopped first, and it writes to a file, so that it outlives a crash of ours unharmed.
 *
 * @throws SetupError with the last lines of its log when it ends early or is not ready within 60 s
 */
export const startServer = async (options: Options): Promise<LocalServer> => {
  const { name, command, url, logFile, pidFile, stopSignal, isReady } = options
  const output = openLog(logFile)
  const logStart = fstatSync(output).size
  const [program = '', ...args] = command
  const child = spawn(program, args, { ...options.spawnOptions, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  let ended = false
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  const { pid } = child
  if (pid === undefined) throw new SetupError(`${name}: ${program} cannot be run`)
  writePidFile(pidFile, pid)
  const stop = async () => {
    if (!ended) await endProcess(pid, stopSignal)
    await exited
  }
  try {
    const ready = await waitUntil(async () => ended || (await isReady()), 60_000)
    if (ended) throw new SetupError(`${name} ended while starting:\n${tailOf(logFile, logStart)}`)
    if (!ready) throw new SetupError(`${name} is not ready after 60 s:\n${tailOf(logFile, logStart)}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, pid, exited, stop, kill: () => void child.kill('SIGKILL') }
}
