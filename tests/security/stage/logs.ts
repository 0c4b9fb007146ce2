import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a process of the mesh logged. */
export interface LogLine {
  level: string
  message: string
  metadata?: Record<string, unknown>
}

const parsed = (line: string): LogLine[] => {
  try {
    return [JSON.parse(line) as LogLine]
  } catch {
    return line.trim() ? [{ level: 'print', message: line }] : []
  }
}

/** All that the processes of a mesh logged at these levels so far; `print` is whatever is no log line. */
export const readLogs = (dataDir: string, levels: readonly string[] = ['error', 'fatal', 'print']): LogLine[] =>
  globSync(join(dataDir, 'logs', '*.log'))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap(parsed))
    .filter(({ level }) => levels.includes(level))
