import { existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const largest = 10 * 1024 * 1024

/** Opens a log file for appending; one over 10 MiB is first put aside as `<file>.old`. Returns its descriptor. */
export const openLog = (file: string): number => {
  mkdirSync(dirname(file), { recursive: true })
  if (existsSync(file) && statSync(file).size > largest) renameSync(file, `${file}.old`)
  return openSync(file, 'a')
}

/** The last lines of a log file, looking no further back than `from`, an offset in bytes. */
export const tailOf = (file: string, from = 0, lines = 8): string =>
  readFileSync(file).subarray(from).toString('utf8').trimEnd().split('\n').slice(-lines).join('\n')
