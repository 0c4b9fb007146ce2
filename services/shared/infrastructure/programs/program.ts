/** A program of another's that the mesh runs as a child process. */
export type ProgramName = 'ffmpeg' | 'ffprobe' | 'espeak'

export interface ProgramRun {
  program: ProgramName
  args: readonly string[]
  /** What it reads from stdin; nothing unless given. */
  input?: AsyncIterable<Uint8Array>
  /** Kills it. */
  signal?: AbortSignal
  /** From when it starts to run; 10 minutes unless given. */
  timeoutMs?: number
  /** More on stdout kills it; 64 MiB for `run`, any amount for `stream` unless given. */
  maxOutputBytes?: number
  /** Whose work it is, such as a narration's id: those who wait take turns, whoever asked for how much. */
  turn?: string
  /** Where it runs; the folder of this process unless given. */
  cwd?: string
}

export interface FfmpegRun extends Omit<ProgramRun, 'program' | 'maxOutputBytes'> {
  /** Of the output, in milliseconds: what progress is a part of. */
  durationMs: number
  /** From 0 to 1, never less than before, as ffmpeg says how much of the output it has written. */
  onProgress?: (done: number) => void
}

/** Why a program did not do its work. */
export type ProgramFailure = 'exit' | 'timeout' | 'output-limit'

/** A program failed. What it said is for the log, not for callers. */
export class ProgramError extends Error {
  readonly program: ProgramName
  readonly failure: ProgramFailure
  readonly exitCode: number | undefined
  /** The end of what it wrote to stderr. */
  readonly stderr: string

  constructor(program: ProgramName, failure: ProgramFailure, exitCode: number | undefined, stderr: string) {
    const how = { exit: `ended with code ${exitCode}`, timeout: 'took too long', 'output-limit': 'wrote too much' }
    super(`${program} ${how[failure]}: ${stderr.trim().split('\n').at(-1) ?? ''}`)
    this.name = 'ProgramError'
    this.program = program
    this.failure = failure
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

/**
 * Runs programs: as many at once as the process has a mind for, all others wait their turn. They have low priority, and
 * die with their signal, within a second, and with this process. A program that is not installed is
 * FAILED_PRECONDITION / PROGRAM_MISSING; one that fails a ProgramError; an aborted one throws its signal's reason.
 */
export interface Programs {
  /** The reason why a program cannot be run here, such as that it is not installed; undefined when it can. */
  missing(program: ProgramName): string | undefined
  /** Runs it to its end and returns what it wrote. */
  run(run: ProgramRun): Promise<{ stdout: Buffer; stderr: string }>
  /** What it writes to stdout, as fast as it is read. Whoever stops reading early ends it. */
  stream(run: ProgramRun): AsyncIterable<Uint8Array>
  /** Runs ffmpeg, whose outputs are files, and tells how far it is. Returns the end of what it wrote to stderr. */
  ffmpeg(run: FfmpegRun): Promise<string>
}
