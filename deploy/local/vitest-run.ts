import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type Counts, installed, runCommand } from './check.ts'
import { root } from './data-folder.ts'

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: {
    name: string
    status: 'passed' | 'failed'
    /** Why the file failed outside its tests. */
    message: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[]
  }[]
}

const longestMessage = 1500
const ofLibraries = /^ +at .*(node_modules|new Promise).*\n?/gm

/** A file that fails without a failing test did not load, or its set-up or clean-up failed. */
const brokenFiles = ({ testResults }: Report): number =>
  testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length

/** What failed and how, once more in few lines: the end of a long output is what people are shown. */
const failures = ({ testResults }: Report): string[] =>
  testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const tests = assertionResults.filter((test) => test.status === 'failed')
      const file = relative(root, name)
      if (tests.length === 0) return [`${file}: ${message.slice(0, longestMessage)}`]
      return tests.map(
        ({ fullName, failureMessages }) =>
          `${file}: ${fullName}\n${failureMessages.join('\n').replace(ofLibraries, '').slice(0, longestMessage).trim()}`,
      )
    })

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
  for (const failure of failures(report)) console.error(`FAILED ${stripVTControlCharacters(failure)}`)
  const failed = report.numFailedTests + brokenFiles(report)
  return { passed: report.numPassedTests, failed: ok ? failed : Math.max(failed, 1) }
}
