const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 }

/** A line of a process's JSON log, as far as the console needs it. */
interface Entry {
  level?: number | string
  msg?: string
  message?: string
  err?: { message?: string }
  error?: string
}

const parse = (line: string): Entry | undefined => {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined // some other text that begins with a brace
  }
}

const levelOf = ({ level }: Entry): number =>
  typeof level === 'number' ? level : (levels[String(level).toLowerCase() as keyof typeof levels] ?? levels.info)

const nameOf = (level: number): string =>
  (Object.entries(levels).findLast(([, value]) => value <= level)?.[0] ?? 'trace').toUpperCase()

/** Whether a process says with this line that it serves. */
export const saysReady = (line: string): boolean => {
  const entry = parse(line)
  return (entry?.msg ?? entry?.message) === 'ready'
}

/**
 * The short form of a log line for the console; undefined where it is not worth showing there, being below a warning.
 * A line that is no log record, such as a stack trace, is shown as it is.
 */
export const forConsole = (line: string, process: string, verbose: boolean): string | undefined => {
  const entry = parse(line)
  if (!entry) return line.trim() === '' ? undefined : `${process}: ${line}`
  const level = levelOf(entry)
  if (level < levels.warn && !verbose) return undefined
  const cause = entry.err?.message ?? entry.error
  const text = [entry.msg ?? entry.message, cause].filter(Boolean).join(': ')
  return `${new Date().toTimeString().slice(0, 8)} ${nameOf(level).padEnd(5)} ${process} ${text}`
}
