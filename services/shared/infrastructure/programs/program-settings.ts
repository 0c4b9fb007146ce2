import { availableParallelism } from 'node:os'
import type { EnvReader } from '../env-reader.ts'
import type { ProgramName } from './program.ts'

export interface ProgramSettings {
  /** Where programs are; those that are not given are looked for on the PATH. */
  paths: Readonly<Record<ProgramName, string | undefined>>
  /** How many run at once. */
  atOnce: number
}

/** `TROUPE_FFMPEG`, `TROUPE_FFPROBE`, `TROUPE_ESPEAK`, `TROUPE_PROGRAMS_AT_ONCE`: one core is left to what is served. */
export const readProgramSettings = (read: EnvReader): ProgramSettings => ({
  paths: {
    ffmpeg: read.optional('TROUPE_FFMPEG'),
    ffprobe: read.optional('TROUPE_FFPROBE'),
    espeak: read.optional('TROUPE_ESPEAK'),
  },
  atOnce: read.integer('TROUPE_PROGRAMS_AT_ONCE', Math.max(1, availableParallelism() - 1), { min: 1, max: 64 }),
})
