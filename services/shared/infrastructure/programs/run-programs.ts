import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { precondition } from '../../domain/errors.ts'
import { type Running, type StartOptions, startChild } from './child.ts'
import { progressOf } from './ffmpeg-progress.ts'
import { findProgram, whyMissing } from './find-program.ts'
import type { ProgramName, ProgramRun, Programs } from './program.ts'
import type { ProgramSettings } from './program-settings.ts'
import { Turns } from './turns.ts'

const execute = promisify(execFile)

const defaultOutputBytes = 64 * 1024 * 1024
const niceness = '10'

/** What programs are started by: they give way to what is served, and die with this process where the system can do that. */
const startedBy = async (): Promise<readonly string[]> => {
  const politely = ['nice', '-n', niceness]
  const mortally = ['setpriv', '--pdeathsig', 'KILL']
  const [first = '', ...rest] = [...mortally, ...politely, 'true']
  const canDie = process.platform === 'linux' && (await execute(first, rest).then(Boolean, () => false))
  return canDie ? [...mortally, ...politely] : politely
}

export const createPrograms = ({ paths, atOnce }: ProgramSettings): Programs => {
  const turns = new Turns(atOnce)
  let prefix: Promise<readonly string[]> | undefined

  const fileOf = (program: ProgramName): string => {
    const file = findProgram(program, paths[program])
    if (!file) throw precondition('PROGRAM_MISSING', whyMissing(program, paths[program]))
    return file
  }

  const start = async (run: Omit<ProgramRun, 'maxOutputBytes'>, more: Pick<StartOptions, 'onLine'> = {}) => {
    const file = fileOf(run.program)
    prefix ??= startedBy()
    const before = await prefix
    const giveFree = await turns.take(run.turn ?? '', run.signal)
    try {
      return startChild({ ...run, ...more, command: [...before, file], onExit: giveFree })
    } catch (error) {
      giveFree()
      throw error
    }
  }

  async function* output(running: Running, maxBytes: number): AsyncIterable<Buffer> {
    let bytes = 0
    let isOver = false
    try {
      for await (const chunk of running.stdout) {
        bytes += chunk.byteLength
        if (bytes > maxBytes) running.end('output-limit')
        else yield chunk
      }
      isOver = true
    } catch (error) {
      // Its end says why its output broke off.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    } finally {
      if (!isOver) running.end({ reason: new Error('nobody reads its output any more') })
    }
  }

  async function* stream(run: ProgramRun): AsyncIterable<Buffer> {
    const running = await start(run)
    let isRead = false
    try {
      yield* output(running, run.maxOutputBytes ?? Number.POSITIVE_INFINITY)
      isRead = true
    } finally {
      if (!isRead) await running.ended().catch(() => {})
    }
    await running.ended()
  }

  return {
    missing: (program) => (findProgram(program, paths[program]) ? undefined : whyMissing(program, paths[program])),
    stream,
    run: async (run) => {
      const running = await start(run)
      const chunks: Buffer[] = []
      for await (const chunk of output(running, run.maxOutputBytes ?? defaultOutputBytes)) chunks.push(chunk)
      await running.ended()
      return { stdout: Buffer.concat(chunks), stderr: running.stderr() }
    },
    ffmpeg: async ({ args, durationMs, onProgress, ...run }) => {
      const told = progressOf(durationMs, onProgress)
      const options = [
        '-hide_banner',
        '-nostats',
        '-loglevel',
        'warning',
        '-stats_period',
        '0.25',
        '-progress',
        'pipe:3',
      ]
      const running = await start({ ...run, program: 'ffmpeg', args: [...options, ...args] }, { onLine: told.line })
      for await (const _ of output(running, defaultOutputBytes));
      await running.ended()
      told.finished()
      return running.stderr()
    },
  }
}
