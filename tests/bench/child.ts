import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
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

const started = async <Facts>(child: ChildProcess, name: string, output: () => string): Promise<Facts> => {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${name} ended (${signal ?? code}) before it was ready:\n${output()}`)
  })
  const [ready] = (await Promise.race([once(child, 'message'), ended])) as [Ready<Facts>]
  ended.catch(() => {})
  return ready.ready
}

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
    execArgv: [...flags, '--max-semi-space-size=8'],
    env: { ...process.env, ...environment, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    signal,
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-keptBytes)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.on('error', keep)
  const facts = await started<Facts>(child, file, () => output)
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let next = 0
  child.on('message', ({ id, result, error }: Answer) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(new Error(`${file}: ${error}`))
  })
  const ended = once(child, 'exit').then(() => {
    for (const asked of waiting.values()) asked.reject(new Error(`${file} ended:\n${output}`))
  })
  return {
    pid: child.pid as number,
    facts,
    ask: <T>(command: string, input?: unknown) => {
      const asked = Promise.withResolvers<unknown>()
      const id = next++
      waiting.set(id, asked)
      child.send({ id, command, input } satisfies Question)
      return asked.promise as Promise<T>
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await ended
    },
  }
}
