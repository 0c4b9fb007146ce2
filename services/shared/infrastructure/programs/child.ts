import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { untilAborted } from '../until-aborted.ts'
import { ProgramError, type ProgramFailure, type ProgramRun } from './program.ts'

/** How long a program that is told to end may take over it. */
const graceMs = 400
const stderrKept = 64 * 1024
const defaultTimeoutMs = 10 * 60_000

/** What a program needs of our environment; the rest is no business of its. */
const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ']
const environment = () => Object.fromEntries(passedOn.map((name) => [name, process.env[name]]))

/** The end of what a stream brings. */
const tailOf = (stream: Readable): (() => string) => {
  let tail = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-stderrKept)
  })
  return () => tail.toString('utf8')
}

/**
 * Writes what a program reads, as fast as it does. One that closes its stdin has read what it wants to; what it makes of
 * that it says by how it ends.
 */
const feed = async (input: AsyncIterable<Uint8Array>, stdin: Writable): Promise<void> => {
  const closed = new AbortController()
  const close = () => closed.abort()
  stdin.on('error', close)
  stdin.once('close', close)
  try {
    for await (const chunk of untilAborted(input, closed.signal)) {
      if (!stdin.write(chunk)) await once(stdin, 'drain', { signal: closed.signal })
    }
    stdin.end()
  } catch (error) {
    if (!closed.signal.aborted) throw error
  }
}

export interface Running {
  readonly child: ChildProcess
  readonly stdout: AsyncIterable<Buffer>
  readonly stderr: () => string
  /** Settles when it has ended: throws why it did not do its work. */
  ended(): Promise<void>
  /** Ends it; what it threw then is what is given. */
  end(why: ProgramFailure | { reason: unknown }): void
}

export interface StartOptions extends Omit<ProgramRun, 'maxOutputBytes' | 'turn'> {
  /** The program behind what it is started by. */
  command: readonly string[]
  onExit(): void
  /** Lines that it writes to its file descriptor 3. */
  onLine?: (line: string) => void
}

const eachLine = (stream: Readable, take: (line: string) => void): void => {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  })
}

/** Starts a program and watches over it. */
export const startChild = (options: StartOptions): Running => {
  const { command, args, cwd, input, onExit, onLine, program, signal, timeoutMs = defaultTimeoutMs } = options
  const [first = '', ...rest] = command
  const child = spawn(first, [...rest, ...args], {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(onLine ? (['pipe'] as const) : [])],
    env: environment(),
    ...(cwd !== undefined && { cwd }),
  })
  const { stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable }
  const tail = tailOf(stderr)
  const lines = child.stdio[3]
  if (onLine && lines instanceof Readable) eachLine(lines, onLine)

  let whyEnded: ProgramFailure | { reason: unknown } | undefined
  let killTimer: NodeJS.Timeout | undefined
  const end: Running['end'] = (why) => {
    if (whyEnded || child.exitCode !== null || child.signalCode !== null) return
    whyEnded = why
    child.kill('SIGTERM')
    killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    // Nobody reads any more, and what holds the pipes must not hold us.
    stdout.destroy()
  }
  const onAbort = () => end({ reason: signal?.reason })
  const timer = setTimeout(() => end('timeout'), timeoutMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  const exited = once(child, 'exit').finally(() => {
    clearTimeout(timer)
    clearTimeout(killTimer)
    signal?.removeEventListener('abort', onAbort)
    onExit()
  })
  exited.catch(() => {})
  if (input && child.stdin) feed(input, child.stdin).catch((reason: unknown) => end({ reason }))
  if (signal?.aborted) onAbort()

  return {
    child,
    stdout,
    stderr: tail,
    end,
    ended: async () => {
      const [code] = (await exited) as [number | null]
      if (!stderr.closed && !whyEnded) await once(stderr, 'close')
      if (typeof whyEnded === 'object') throw whyEnded.reason
      if (whyEnded) throw new ProgramError(program, whyEnded, undefined, tail())
      if (code !== 0) throw new ProgramError(program, 'exit', code ?? undefined, tail())
    },
  }
}
