import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { heapFlags } from '../../deploy/local/mesh-process.ts'
import type { Answer, Question, Ready } from './answers.ts'
import type { Bench } from './setting.ts'

/** A program of the bench that runs in a process of its own. */
export interface Child<Facts> {
  readonly pid: number
  /** What it said when it was ready. */
  readonly facts: Facts
  /** Asks it something; rejects with what went wrong there, or when it has ended. */
  ask<T>(command: string, input?: unknown): Promise<T>
  stop(): Promise<void>
}

const keptBytes = 4000

/** Resolves with how a process ended, or why it could not be run. */
const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(String(signal ?? code)))
    child.on('error', (error) => resolve(error.message))
  })

const readiness = <Facts>(child: ChildProcess): Promise<Facts> =>
  new Promise((resolve) => child.once('message', ({ ready }: Ready<Facts>) => resolve(ready)))

/**
 * Starts `tests/bench/<file>` and waits until it is ready: on the core of what is measured, or beside the load. Its
 * output is kept for the day it fails.
 */
export const startChild = async <Facts = undefined>(
  { cores, environment, signal }: Bench,
  file: string,
  options: { args?: readonly string[]; measured: boolean; env?: NodeJS.ProcessEnv },
): Promise<Child<Facts>> => {
  signal.throwIfAborted()
  const [program = process.execPath, ...flags] = options.measured ? [...cores.measured, process.execPath] : []
  const child = fork(join(import.meta.dirname, file), options.args, {
    execPath: program,
    execArgv: [...flags, ...heapFlags(options.measured ? 8 : 64)],
    env: { ...process.env, ...environment, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const end = () => child.kill('SIGKILL')
  signal.addEventListener('abort', end)
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-keptBytes)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const ended = endOf(child)
  const facts = await Promise.race([
    readiness<Facts>(child),
    ended.then((how): never => {
      throw new Error(`${file} ended (${how}) before it was ready:\n${output}`)
    }),
  ])
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let next = 0
  child.on('message', ({ id, result, error }: Answer) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(new Error(`${file}: ${error}`))
  })
  let hasEnded = false
  void ended.then((how) => {
    hasEnded = true
    signal.removeEventListener('abort', end)
    for (const asked of waiting.values()) asked.reject(new Error(`${file} ended (${how}):\n${output}`))
  })
  return {
    pid: child.pid as number,
    facts,
    ask: async <T>(command: string, input?: unknown) => {
      if (hasEnded) throw new Error(`${file} has ended:\n${output}`)
      const asked = Promise.withResolvers<unknown>()
      const id = next++
      waiting.set(id, asked)
      child.send({ id, command, input } satisfies Question)
      return asked.promise as Promise<T>
    },
    stop: async () => {
      end()
      await ended
    },
  }
}
