import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Paths of the load programs; undefined where one is not installed. */
export interface Tools {
  h2load: string | undefined
  wrk: string | undefined
  pgbench: string | undefined
}

const packages: Record<keyof Tools, string> = {
  h2load: 'nghttp2-client',
  wrk: 'wrk',
  pgbench: 'postgresql-15',
}

const without: Record<keyof Tools, string> = {
  h2load: 'our own Node client makes the load over HTTP/2, which flatters what is slower than it',
  wrk: 'our own Node client makes the load over HTTP/1.1, which flatters what is slower than it',
  pgbench: 'what is measured against it has no reference and is not judged',
}

const onPath = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file))

/** Finds what is installed. */
export const findTools = (): Tools => ({
  h2load: onPath('h2load'),
  wrk: onPath('wrk'),
  pgbench: globSync('/usr/lib/postgresql/*/bin/pgbench').sort().at(-1) ?? onPath('pgbench'),
})

/** Lines that name what is missing, what that means, and how to install it; none when nothing is. */
export const missingTools = (tools: Tools): string[] => {
  const missing = (Object.keys(packages) as (keyof Tools)[]).filter((name) => tools[name] === undefined)
  if (missing.length === 0) return []
  return [
    ...missing.map((name) => `${name} is missing: ${without[name]}`),
    `  on Debian: apt-get install ${missing.map((name) => packages[name]).join(' ')}`,
  ]
}
