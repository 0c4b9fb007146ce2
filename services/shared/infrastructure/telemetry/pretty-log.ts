import { styleText } from 'node:util'
import type { LogDestination } from './log-destination.ts'

interface Line {
  timestamp: string
  service: string
  level: string
  message: string
  correlationId?: string
  userId?: string
  metadata: Record<string, unknown>
}

type Style = Parameters<typeof styleText>[0]

const levelStyle: Record<string, Style> = { debug: 'dim', info: 'green', warn: 'yellow', error: 'red' }

/** Turns JSON lines into lines for people: what happened first, particulars after it, stacks of errors below. */
export const prettyDestination = (output: LogDestination, colour: boolean): LogDestination => ({
  write: (line) => output.write(prettyLine(JSON.parse(line) as Line, colour)),
})

const prettyLine = (line: Line, colour: boolean): string => {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const plain: string[] = []
  const stacks: string[] = []
  for (const [key, value] of Object.entries(line.metadata)) {
    const stack = stackOf(value)
    if (stack) stacks.push(`  ${stack.replaceAll('\n', '\n  ')}`)
    else plain.push(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }
  if (line.userId) plain.push(`user=${line.userId}`)
  if (line.correlationId) plain.push(`correlation=${line.correlationId}`)
  const head = [
    paint('dim', line.timestamp.slice(11, 23)),
    paint(levelStyle[line.level] ?? 'reset', line.level.toUpperCase().padEnd(5)),
    paint('cyan', line.service),
    line.message,
  ].join(' ')
  const tail = plain.length > 0 ? `  ${paint('dim', plain.join(' '))}` : ''
  return `${[head + tail, ...stacks].join('\n')}\n`
}

const stackOf = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null || !('stack' in value) || typeof value.stack !== 'string') return
  const cause = 'cause' in value ? stackOf(value.cause) : undefined
  return cause ? `${value.stack}\ncaused by ${cause}` : value.stack
}
