import { spawn } from 'node:child_process'
import { join } from 'node:path'
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
  /** What it prints is shown as it comes; otherwise kept and returned. */
  show: boolean
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
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output += chunk
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }))
    child.once('close', (code) => resolve({ ok: code === 0, output }))
  })

/** Runs the checks one after the other, says how each went, and shows what a failing one printed. */
export const runChecks = async (checks: readonly Check[], signal: AbortSignal): Promise<Counts> => {
  const counts = { passed: 0, failed: 0 }
  for (const { name, command } of checks) {
    const began = performance.now()
    const { ok, output } = await runCommand(command, { signal, show: false })
    signal.throwIfAborted()
    if (!ok) console.log(output.trimEnd())
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${secondsSince(began)})`)
    counts[ok ? 'passed' : 'failed'] += 1
  }
  return counts
}
