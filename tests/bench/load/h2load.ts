import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from '../measure.ts'
import type { Bench } from '../setting.ts'
import { numberIn, runProgram } from './run-program.ts'
import type { Target } from './target.ts'

/**
 * Sends a number of requests with h2load and returns how fast they were answered. Throws unless every one was
 * answered with 200 and as many bytes as expected: a gRPC error has none.
 */
export const h2load = async (
  { folder, signal, tools }: Bench,
  target: Target,
  options: { requests: number; connections: number; streams: number; answerBytes: number },
): Promise<Sample> => {
  const { requests, connections, streams, answerBytes } = options
  const file = join(folder, 'h2load-body')
  writeFileSync(file, target.body)
  const shape = ['-n', String(requests), '-c', String(connections), '-m', String(streams), '-t', '1']
  const headers = Object.entries(target.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const command = [tools.h2load ?? 'h2load', ...shape, '-d', file, ...headers, `${target.url}${target.path}`]
  const output = await runProgram(command, { signal })
  const answered = numberIn(output, /status codes: (\d+) 2xx/)
  const bytes = numberIn(output, /\((\d+)\) data/)
  if (answered !== requests || bytes !== requests * answerBytes) {
    throw new Error(`h2load: not all of ${requests} answers were OK and of ${answerBytes} bytes:\n${output}`)
  }
  return { perSecond: numberIn(output, /finished in .*, ([\d.]+) req\/s/), count: requests }
}
