import { readFileSync } from 'node:fs'
import type { Run } from './measure.ts'

// The kernel's clock tick on every Linux that Node runs on.
const tickMicros = 10_000

/** Processor time that a process has used, in microseconds, by ticks of 10 ms; undefined where /proc is not. */
const cpuMicros = (pid: number): number | undefined => {
  if (process.platform !== 'linux') return undefined
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name, in parentheses, may hold anything; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMicros
}

/** Adds what one of them cost a process. */
export const withCpuOf =
  (pid: number, run: Run): Run =>
  async () => {
    const before = cpuMicros(pid)
    const sample = await run()
    const after = cpuMicros(pid)
    return before === undefined || after === undefined
      ? sample
      : { ...sample, cpuMicros: (after - before) / sample.count }
  }
