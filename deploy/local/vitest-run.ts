import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Counts, installed, runCommand } from './check.ts'

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: 'passed' | 'failed'; assertionResults: { status: string }[] }[]
}

/** A file that fails without a failing test did not load, or its set-up or clean-up failed. */
const brokenFiles = ({ testResults }: Report): number =>
  testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length

interface Options {
  /** File filters and flags for vitest. */
  args: readonly string[]
  env: NodeJS.ProcessEnv
  /** Where its report may be written. */
  folder: string
  signal: AbortSignal
}

/**
 * Runs vitest and counts its tests. A file that breaks outside its tests counts as one failure, and so does any other
 * reason for which vitest fails (no test found, an unhandled rejection).
 */
export const runVitest = async ({ args, env, folder, signal }: Options): Promise<Counts> => {
  const reportFile = join(folder, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { ok } = await runCommand([installed('vitest'), 'run', ...reporters, ...args], { env, signal, show: true })
  signal.throwIfAborted()
  if (!existsSync(reportFile)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  const failed = report.numFailedTests + brokenFiles(report)
  return { passed: report.numPassedTests, failed: ok ? failed : Math.max(failed, 1) }
}
