import { invalid } from '#shared/domain/errors.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { decode } from './decode.ts'
import type { Laboratory } from './laboratory.ts'
import { inFolder, receive } from './receive.ts'
import type { Taken } from './worker.ts'

/** What a recording may be. */
export interface RecordingLimits {
  mostBytes: number
  mostSeconds: number
  leastSpeechMs: number
}

const usual: RecordingLimits = { mostBytes: 20 * 1024 * 1024, mostSeconds: 60, leastSpeechMs: 1000 }

/**
 * A recording that somebody sends: decoded, brought to the common rate, cut at both ends and measured; nothing of the file
 * itself is kept. Throws SAMPLE_FORMAT, SAMPLE_AMBIGUOUS, SAMPLE_UNREADABLE, SAMPLE_TOO_LARGE, SAMPLE_TOO_LONG,
 * SAMPLE_SILENT, SAMPLE_TOO_SHORT, of the field `data`.
 */
export const takeIn = (
  { programs, laboratory }: { programs: Programs; laboratory: Laboratory },
  data: AsyncIterable<Uint8Array>,
  turn: string,
  signal: AbortSignal,
  { mostBytes, mostSeconds, leastSpeechMs }: RecordingLimits = usual,
): Promise<Taken> =>
  inFolder(async (folder) => {
    const file = await receive(folder, data, mostBytes, signal)
    const decoded = await decode(programs, file, { turn, mostSeconds, signal })
    const taken = await laboratory.take(decoded, signal)
    if (!taken) throw invalid('data', 'SAMPLE_SILENT', 'nobody is heard in it')
    if (taken.soundingMs < leastSpeechMs)
      throw invalid('data', 'SAMPLE_TOO_SHORT', `must hold at least ${leastSpeechMs} ms of speech`)
    return taken
  })
