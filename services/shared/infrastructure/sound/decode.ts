import { readFile } from 'node:fs/promises'
import { invalid } from '#shared/domain/errors.ts'
import { ProgramError, type Programs } from '#shared/infrastructure/programs/program.ts'
import { formatOf, isOpenEnded, mustBeSoundOnly } from './formats.ts'
import { bytesPerMs, sampleRate, wavSound } from './pcm.ts'
import type { ReceivedFile } from './receive.ts'
import type { TakeJob } from './worker.ts'

const codecs = /^(pcm_\w+|mp3|mp3float|flac|vorbis|opus|aac|alac)$/
const patienceMs = 20_000

const unreadable = () => invalid('data', 'SAMPLE_UNREADABLE', 'the file is damaged, or is not what it says it is')
const tooLong = (mostSeconds: number) =>
  invalid('data', 'SAMPLE_TOO_LONG', `must be at most ${mostSeconds} seconds long`)

interface Probe {
  format?: { duration?: string }
  streams?: { codec_type?: string; codec_name?: string; sample_rate?: string; channels?: number }[]
}

const wrongContent = () => invalid('data', 'SAMPLE_FORMAT', 'must hold one sound and nothing else')

/** Whatever a program makes of a file it cannot read is the file's fault. */
const readable = async <T>(run: Promise<T>, mostSeconds: number): Promise<T> => {
  try {
    return await run
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
    throw error.failure === 'output-limit' ? tooLong(mostSeconds) : unreadable()
  }
}

const parsed = (json: string): Probe => {
  try {
    return JSON.parse(json) as Probe
  } catch {
    throw unreadable()
  }
}

/** What recorders write most is read here: no program need be started for it. Undefined for all else. */
const plainWav = async (path: string, isOpen: boolean, mostSeconds: number): Promise<TakeJob | undefined> => {
  const sound = wavSound(await readFile(path))
  if (!sound || sound.channels > 2 || sound.sampleRate > 48_000) return undefined
  if (!isOpen && !sound.isWhole) throw unreadable()
  const seconds = sound.pcm.byteLength / 2 / sound.channels / sound.sampleRate
  if (seconds > mostSeconds + 0.5) throw tooLong(mostSeconds)
  return sound
}

/** Nothing that a file names is opened, neither a file nor an address. */
const closed = ['-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe']

/**
 * Decodes a recording that somebody sent: what it is is seen, not believed, and every step is bounded in time and size.
 * Throws SAMPLE_FORMAT, SAMPLE_AMBIGUOUS, SAMPLE_UNREADABLE, SAMPLE_TOO_LONG.
 */
export const decode = async (
  programs: Programs,
  { path, size, head, tail }: ReceivedFile,
  { turn, mostSeconds, signal }: { turn: string; mostSeconds: number; signal: AbortSignal },
): Promise<TakeJob> => {
  const format = formatOf(head)
  mustBeSoundOnly(format, head, tail, size)
  const plain = format.demuxer === 'wav' && (await plainWav(path, isOpenEnded(format, head), mostSeconds))
  if (plain) return plain
  const bounds = { turn, signal, timeoutMs: patienceMs }
  const probe = await readable(
    programs.run({
      ...bounds,
      program: 'ffprobe',
      args: [...closed, '-f', format.demuxer, '-show_format', '-show_streams', '-of', 'json', path],
      maxOutputBytes: 256 * 1024,
    }),
    mostSeconds,
  )
  const { format: whole, streams = [] } = parsed(probe.stdout.toString())
  const [sound, ...others] = streams
  if (sound?.codec_type !== 'audio' || others.length > 0) throw wrongContent()
  if (!codecs.test(sound.codec_name ?? '')) throw wrongContent()
  if ((sound.channels ?? 0) > 8 || Number(sound.sample_rate ?? 0) > 192_000) throw wrongContent()
  if (Number(whole?.duration ?? 0) > mostSeconds + 0.5) throw tooLong(mostSeconds)
  // The end of what has no length is an error to the program.
  const strictly = isOpenEnded(format, head) ? [] : ['-xerror', '-err_detect', 'explode']
  const most = (mostSeconds + 0.5) * 1000 * bytesPerMs
  const { stdout } = await readable(
    programs.run({
      ...bounds,
      program: 'ffmpeg',
      args: [
        ...[...closed, '-nostdin', '-threads', '1', ...strictly, '-f', format.demuxer, '-i', path],
        ...['-map', '0:a:0', '-t', String(mostSeconds + 1), '-ac', '1', '-ar', String(sampleRate), '-f', 's16le', '-'],
      ],
      maxOutputBytes: most,
    }),
    mostSeconds,
  )
  return { pcm: stdout, sampleRate, channels: 1 }
}
