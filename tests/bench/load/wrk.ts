import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from '../measure.ts'
import type { Bench } from '../setting.ts'
import { numberIn, runProgram } from './run-program.ts'
import type { Target } from './target.ts'

const bytesOf = (buffer: Buffer): string => [...buffer].map((byte) => `\\${byte.toString().padStart(3, '0')}`).join('')

const script = ({ body, headers }: Target): string =>
  [
    'wrk.method = "POST"',
    `wrk.body = "${bytesOf(body)}"`,
    ...Object.entries(headers).map(
      ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
    ),
  ].join('\n')

/**
 * Sends requests over HTTP/1.1 with wrk for some seconds and returns how fast they were answered. Throws when one
 * was not answered, or with another status than 2xx, which in the Connect protocol every error has.
 */
export const wrk = async (
  { folder, signal, tools }: Bench,
  target: Target,
  options: { seconds: number; connections: number },
): Promise<Sample> => {
  const file = join(folder, 'wrk.lua')
  writeFileSync(file, script(target))
  const shape = ['-t', '1', '-c', String(options.connections), '-d', `${Math.ceil(options.seconds)}s`, '-s', file]
  const output = await runProgram([tools.wrk ?? 'wrk', ...shape, `${target.url}${target.path}`], { signal })
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`wrk: not every answer was OK:\n${output}`)
  return { perSecond: numberIn(output, /Requests\/sec:\s+([\d.]+)/), count: numberIn(output, /(\d+) requests in/) }
}
