import { readdirSync, readFileSync } from 'node:fs'

const statusOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

/** Memory that a process holds, in MiB; not a number where /proc is not. */
export const residentMebibytes = (pid: number): number => {
  if (process.platform !== 'linux') return Number.NaN
  return Number(/VmRSS:\s+(\d+) kB/.exec(statusOf(pid))?.[1]) / 1024
}

/** Memory of the programs that a process has started, in MiB. */
export const ofChildren = (pid: number): number => {
  if (process.platform !== 'linux') return Number.NaN
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = /^PPid:\s+(\d+)/m.exec(statusOf(Number(name)))?.[1]
    if (parent) parents.set(Number(name), Number(parent))
  }
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child)
    return parent !== undefined && (parent === pid || isBelow(parent))
  }
  return [...parents.keys()].filter(isBelow).reduce((sum, child) => sum + (residentMebibytes(child) || 0), 0)
}
