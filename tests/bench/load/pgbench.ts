import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../measure.ts'
import type { Bench } from '../setting.ts'
import { numberIn, runProgram } from './run-program.ts'

/** What pgbench is to do over and over. */
export interface Script {
  name: string
  text: string
  /** Texts that go along with each statement as parameters. */
  variables?: Readonly<Record<string, string>>
}

const connectionOf = (database: string) => {
  const { hostname, port, username, password, pathname } = new URL(database)
  return {
    flags: ['-h', hostname, '-p', port, '-U', username, decodeURIComponent(pathname.slice(1))],
    env: { ...process.env, PGPASSWORD: decodeURIComponent(password) },
  }
}

/**
 * Runs of a script by some clients on the core of what is measured, with prepared statements. A run throws when one of
 * its transactions failed. Undefined where there is no pgbench.
 */
export const pgbench = (bench: Bench, database: string, script: Script, clients: number): Run | undefined => {
  const { cores, folder, seconds, signal, tools } = bench
  if (!tools.pgbench) return undefined
  const program = tools.pgbench
  const file = join(folder, `${script.name}.pgbench`)
  writeFileSync(file, script.text)
  const { flags, env } = connectionOf(database)
  const variables = Object.entries(script.variables ?? {}).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  const shape = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '1']
  // The time that pgbench is given starts before it connects; its rate leaves that out.
  let connecting = 1 + clients / 20
  return async () => {
    const time = ['-T', String(Math.ceil(seconds + connecting))]
    const command = [...cores.measured, program, ...shape, ...time, ...variables, '-f', file, ...flags]
    const output = await runProgram(command, { signal, env })
    connecting = numberIn(output, /initial connection time = ([\d.]+)/) / 1000
    if (numberIn(output, /failed transactions: (\d+)/) > 0) throw new Error(`pgbench: transactions failed:\n${output}`)
    const count = numberIn(output, /transactions actually processed: (\d+)/)
    if (count === 0) throw new Error(`pgbench: no transaction finished in time:\n${output}`)
    return { perSecond: numberIn(output, /tps = ([\d.]+)/), count }
  }
}
