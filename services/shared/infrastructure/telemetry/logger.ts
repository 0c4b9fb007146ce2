import { pino } from 'pino'
import type { LogDestination } from './log-destination.ts'
import { loggable } from './loggable.ts'
import { prettyDestination } from './pretty-log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
type Metadata = Record<string, unknown>

/** Whom a line is about, read anew for each line. */
export type LogContext = () => { correlationId?: string | undefined; userId?: string | undefined } | undefined

export interface LoggerOptions {
  service: string
  /** Lines below this level are not written, and cost next to nothing. */
  level: LogLevel
  context?: LogContext
  /** Lines for people instead of JSON. */
  pretty?: boolean
  /** Standard output, written synchronously, if not given. */
  destination?: LogDestination
}

/**
 * Writes structured lines. Metadata may hold anything: errors are serialised and secrets redacted (see `loggable`).
 * A log call never throws.
 */
export interface Logger {
  debug(message: string, metadata?: Metadata): void
  info(message: string, metadata?: Metadata): void
  warn(message: string, metadata?: Metadata): void
  error(message: string, metadata?: Metadata): void
  /** A logger that adds `metadata` to each of its lines. */
  child(metadata: Metadata): Logger
  /** Writes what the destination still holds back; returns when it is written. */
  flush(): void
}

let standardOutput: LogDestination | undefined

/** One for the process: writers of their own would cut into each other's lines. */
const stdout = (): LogDestination => {
  standardOutput ??= pino.destination({ dest: 1, sync: true })
  return standardOutput
}

/** A logger of one service; each line is a JSON object: timestamp, service, level, correlationId, userId, message, metadata. */
export const createLogger = (options: LoggerOptions): Logger => {
  const output = options.destination ?? stdout()
  const sink = pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: 'message',
      formatters: { level: (level) => ({ level }) },
      // Real time even while the mesh's clock is moved: lines must sort with those of the machines around it.
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    },
    options.pretty ? prettyDestination(output, process.stdout.isTTY === true) : output,
  )
  return loggerOf({ sink, output, context: options.context ?? (() => undefined) }, {})
}

interface Parts {
  sink: pino.Logger
  output: LogDestination
  context: LogContext
}

const loggerOf = (parts: Parts, bound: Metadata): Logger => {
  const at = (level: LogLevel) => (message: string, metadata?: Metadata) => {
    if (!parts.sink.isLevelEnabled(level)) return
    const about = parts.context()
    const line = {
      correlationId: about?.correlationId,
      userId: about?.userId,
      metadata: metadata ? { ...bound, ...safely(metadata) } : bound,
    }
    parts.sink[level](line, message)
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (metadata) => loggerOf(parts, { ...bound, ...safely(metadata) }),
    flush: () => parts.output.flushSync?.(),
  }
}

/** A getter that throws must not turn a log line into a failure of what is being logged. */
const safely = (metadata: Metadata): Metadata => {
  try {
    return loggable(metadata) as Metadata
  } catch (error) {
    return { unloggable: loggable(error) }
  }
}
