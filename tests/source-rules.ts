import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const longest = 200
const test = /(^|\/)tests\/|\.test\.ts$/
const migration = /\/migrations\//
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/

// What Vitest loads by their default export.
const defaultExported = /^(vitest\.config|tests\/[a-z-]+-setup)\.ts$/

// The clock itself, ids and logs; what the client of NATS reckons by; when a line was printed.
const clocks = [
  /^services\/shared\/infrastructure\/(mesh-clock|uuid|telemetry|reconnect-delay)/,
  /^deploy\/local\/log-lines\.ts$/,
]
const wallClock = /\bDate\.now\b|\bnew Date(?!\w|\()|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)/

const isCode = (line: string): boolean => !/^\s*(\/\/|\/?\*)/.test(line)

/** What is wrong with a source file's name or text, a line each; `path` is relative to the repository. */
export const sourceProblems = (path: string, text: string): string[] => {
  const lines = text.trimEnd().split('\n')
  const isTest = test.test(path)
  const problems: string[] = []
  if (!path.split(/[/.]/).every((part) => kebabCase.test(part))) problems.push(`${path}: its name is not kebab-case`)
  if (lines.length > longest && !isTest && !migration.test(path)) {
    problems.push(`${path}: has ${lines.length} lines; ${longest} are enough for one thing`)
  }
  for (const [index, line] of lines.entries()) {
    if (!isCode(line)) continue
    const place = `${path}:${index + 1}`
    if (/^export (default\b|\{.*\bas default\b)/.test(line) && !defaultExported.test(path)) {
      problems.push(`${place}: a default export`)
    }
    if (wallClock.test(line) && !isTest && !clocks.some((file) => file.test(path)))
      problems.push(`${place}: reads the wall clock, not a Clock`)
  }
  return problems
}

/** The source files of a repository, generated ones aside. */
export const sourceFiles = (root: string): string[] =>
  globSync(['*.ts', '{services,gateway,deploy,tests}/**/*.{ts,tsx,mts,mjs,js}'], {
    cwd: root,
    exclude: ['**/node_modules'],
  }).sort()

/** What is wrong with any of them. */
export const allSourceProblems = (root: string): string[] =>
  sourceFiles(root).flatMap((path) => sourceProblems(path, readFileSync(join(root, path), 'utf8')))
