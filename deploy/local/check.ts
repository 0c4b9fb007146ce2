import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './data-folder.ts'

/** How many did what they should, and how many did not. */
export interface Counts {
  passed: number
  failed: number
}

/** One command that has to succeed. */
export interface Check {
  name: string
  command: readonly string[]
}

/** A program that npm installed. */
export const installed = (name: string): string => join(root, 'node_modules', '.bin', name)

/** Since `began` (as of `performance.now()`), for people. */
export const secondsSince = (began: number): string => `${((performance.now() - began) / 1000).toFixed(1)} s`

interface RunOptions {
  env?: NodeJS.ProcessEnv
  signal: AbortSignal
  /** What it prints is shown: as it comes, or in whole lines where others print too. Otherwise it is kept and returned. */
  show: 'all' | 'lines' | 'nothing'
}

/** Runs a command in the repository; `ok` is whether it ended with code 0. */
export const runCommand = (
  [program = '', ...args]: readonly string[],
  { env, signal, show }: RunOptions,
): Promise<{ ok: boolean; output: string }> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      signal,
      stdio: ['ignore', show === 'all' ? 'inherit' : 'pipe', show === 'all' ? 'inherit' : 'pipe'],
    })
    let output = ''
    const take = (line: string) => {
      if (show === 'lines') console.log(line)
      else output += `${line}\n`
    }
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take)
    }
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }))
    child.once('close', (code) => resolve({ ok: code === 0, output }))
  })

/** Runs the checks side by side, says how each went when it has, and shows what a failing one printed. Returns those. */
export const runChecks = async (checks: readonly Check[], signal: AbortSignal): Promise<Check[]> => {
  const outcomes = checks.map(async ({ name, command }) => {
    const began = performance.now()
    const { ok, output } = await runCommand(command, { signal, show: 'nothing' })
    signal.throwIfAborted()
    if (!ok) console.log(output.trimEnd())
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${secondsSince(began)})`)
    return ok
  })
  const isGood = await Promise.all(outcomes)
  return checks.filter((_, index) => !isGood[index])
}
