import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type Counts, installed, runCommand } from './check.ts'
import { root } from './data-folder.ts'

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number
  testResults: {
    name: string
    status: 'passed' | 'failed'
    /** Why the file failed outside its tests. */
    message: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[]
  }[]
}

const longestMessage = 6000
const ofLibraries = /^ +at .*(node_modules|new Promise).*\n?/gm

/**
 * Each failure in few lines: of a test, or of a file that did not load or whose set-up or clean-up failed. They are said
 * once more in the end, which is what people are shown of a long output.
 */
const failuresOf = ({ testResults }: Report): string[] =>
  testResults.flatMap(({ name, status, message, assertionResults }) => {
    if (status === 'passed') return []
    const tests = assertionResults.filter((test) => test.status === 'failed')
    const texts = tests.map(({ fullName, failureMessages }) => [fullName, ...failureMessages].join('\n'))
    return (texts.length > 0 ? texts : [message]).map(
      (text) => `${relative(root, name)}: ${text.replace(ofLibraries, '').slice(0, longestMessage).trim()}`,
    )
  })

interface Options {
  /** File filters and flags for vitest; none for every project. */
  args: readonly string[]
  env: NodeJS.ProcessEnv
  /** Where its reports may be written. */
  folder: string
  signal: AbortSignal
}

/** One after the other: vitest would start the meshes of both topologies at once, to stand idle beside the unit tests. */
const projects = ['unit', 'e2e-single', 'e2e-split'].map((name) => ['--project', name])

interface Outcome {
  passed: number
  failures: string[]
}

const runOnce = async (args: readonly string[], reportFile: string, { env, signal }: Options): Promise<Outcome> => {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { ok } = await runCommand([installed('vitest'), 'run', ...reporters, ...args], { env, signal, show: true })
  signal.throwIfAborted()
  const named = ['vitest', ...args].join(' ')
  if (!existsSync(reportFile)) return { passed: 0, failures: [`${named}: it left no report`] }
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  const failures = failuresOf(report)
  return { passed: report.numPassedTests, failures: ok || failures.length > 0 ? failures : [`${named}: see above`] }
}

/**
 * Runs vitest and counts its tests. A file that breaks outside its tests counts as one failure, and so does any other
 * reason for which vitest fails (no test found, an unhandled rejection).
 */
export const runVitest = async (options: Options): Promise<Counts> => {
  const runs = options.args.length > 0 ? [options.args] : projects
  let passed = 0
  const failures: string[] = []
  for (const [index, args] of runs.entries()) {
    const outcome = await runOnce(args, join(options.folder, `vitest-${index}.json`), options)
    passed += outcome.passed
    failures.push(...outcome.failures)
  }
  for (const failure of failures) console.error(`FAILED ${stripVTControlCharacters(failure)}`)
  return { passed, failed: failures.length }
}
