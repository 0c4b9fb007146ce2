import { existsSync, globSync, readFileSync } from 'node:fs'
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

const hardOnMeshes = /\b(startChaosMesh|withGround|groundOf|own\.kill)\(/

/** The files of tests that attack or kill a whole mesh of their own. */
const harshFiles = (): string[] =>
  globSync('{services,gateway,deploy,tests}/**/*.int.test.ts', { cwd: root })
    .filter((path) => hardOnMeshes.test(readFileSync(join(root, path), 'utf8')))
    .sort()

/**
 * Three at once, on the two cores there may be: much of the time they wait, for a process to start or for time to pass.
 * What is harsh on whole meshes has a worker of its own and takes half of the time. Beside it goes the rest, end-to-end
 * tests last: vitest would start their meshes at once, to stand idle beside the unit tests.
 */
const lanes = (): string[][][] => {
  const harsh = harshFiles()
  const rest = harsh.flatMap((path) => ['--exclude', path])
  return [
    [['--project', 'unit', '--maxWorkers', '1', ...harsh.map((path) => join(root, path))]],
    [
      ['--project', 'unit', ...rest],
      ['--project', 'e2e-single', '--project', 'e2e-split', '--maxWorkers', '3'],
    ],
  ]
}

interface Outcome {
  passed: number
  failures: string[]
}

const runOnce = async (
  args: readonly string[],
  reportFile: string,
  { env, signal, args: { length } }: Options,
): Promise<Outcome> => {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const show = length > 0 ? 'all' : 'lines'
  const { ok } = await runCommand([installed('vitest'), 'run', ...reporters, ...args], { env, signal, show })
  signal.throwIfAborted()
  const named = ['vitest', ...args].join(' ').slice(0, 100)
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
  const outcomes: Outcome[] = []
  const runLane = async (runs: readonly string[][], lane: number) => {
    for (const [index, args] of runs.entries()) {
      outcomes.push(await runOnce(args, join(options.folder, `vitest-${lane}-${index}.json`), options))
    }
  }
  await Promise.all((options.args.length > 0 ? [[[...options.args]]] : lanes()).map(runLane))
  const failures = outcomes.flatMap((outcome) => outcome.failures)
  for (const failure of failures) console.error(`FAILED ${stripVTControlCharacters(failure)}`)
  return { passed: outcomes.reduce((sum, { passed }) => sum + passed, 0), failed: failures.length }
}
