import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether nobody listens on this port of 127.0.0.1. Throws what binding throws, other than that it is taken. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

// Below those that systems give to connections of their own, of which none takes a port before it is listened on.
const lowestPort = 20_000
const highestPort = 32_767
let lastPort: number | undefined

/** A TCP port on 127.0.0.1 that was free a moment ago: never the one that was given before it, which may not be listened on yet. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    lastPort = lastPort === undefined ? randomInt(lowestPort, highestPort) : lastPort + 1
    if (lastPort > highestPort) lastPort = lowestPort
    const port = lastPort
    if (await isPortFree(port)) return port
  }
}

const identityOnLinux = (pid: number): string | undefined => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name, in parentheses, may hold anything; the fields after it are state, parent, …, start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`
}

/**
 * What tells a living process from a later one with the same id (pids repeat, above all in containers);
 * undefined when there is no such process.
 */
export const processIdentity = (pid: number): string | undefined => {
  try {
    if (process.platform === 'linux') return identityOnLinux(pid)
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** The command line of a process, undefined when there is no such process. */
export const processCommand = (pid: number): string | undefined => {
  if (processIdentity(pid) === undefined) return undefined
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
}

/** Notes a running process, so that a later run can find it. */
export const writePidFile = (file: string, pid: number): void =>
  writeFileSync(file, `${pid}\n${processIdentity(pid) ?? ''}\n`)

/** The process noted in the file, if that very process still runs. */
export const readPidFile = (file: string): number | undefined => {
  let noted: string
  try {
    noted = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const [pid, identity] = noted.split('\n')
  return identity && processIdentity(Number(pid)) === identity ? Number(pid) : undefined
}

/** Polls until the condition holds; false when the time, in milliseconds, ran out first. */
export const waitUntil = async (condition: () => boolean | Promise<boolean>, timeout: number): Promise<boolean> => {
  const end = performance.now() + timeout
  while (!(await condition())) {
    if (performance.now() > end) return false
    await sleep(20)
  }
  return true
}

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Ends a process: the polite signal, up to `patience` milliseconds for it to go, then SIGKILL. */
export const endProcess = async (pid: number, signal: NodeJS.Signals, patience = 10_000): Promise<void> => {
  const identity = processIdentity(pid)
  const gone = () => identity === undefined || processIdentity(pid) !== identity
  if (gone()) return
  send(pid, signal)
  if (await waitUntil(gone, patience)) return
  send(pid, 'SIGKILL')
  if (!(await waitUntil(gone, 5_000))) throw new Error(`process ${pid} does not end`)
}

/** Ends the process that an earlier run left behind, as its pid file tells, and forgets it. */
export const endLeftover = async (pidFile: string, signal: NodeJS.Signals): Promise<boolean> => {
  const pid = readPidFile(pidFile)
  if (pid !== undefined) await endProcess(pid, signal)
  rmSync(pidFile, { force: true })
  return pid !== undefined
}
