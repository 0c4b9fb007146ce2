import { EnvReader } from '#shared/infrastructure/env-reader.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { readProgramSettings } from '#shared/infrastructure/programs/program-settings.ts'
import { createPrograms } from '#shared/infrastructure/programs/run-programs.ts'
import { readWav, wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { findOrInstallMediaPrograms } from '../media-programs.ts'
import type { Log } from '../setup-error.ts'

/** The programs that speak and film, outside of the mesh. */
export const speaking = async (dataDir: string, log: Log, signal: AbortSignal): Promise<Programs> => {
  const media = findOrInstallMediaPrograms({ dataDir, log, signal })
  await media.ready
  return createPrograms(readProgramSettings(new EnvReader({ ...process.env, ...media.env })))
}

const pauseMs = 900

/** Somebody at a microphone who reads lines one after another, with pauses: a WAV file. */
export const readAloud = async (
  programs: Programs,
  lines: readonly string[],
  { voice, pitch, pace }: { voice: string; pitch: number; pace: number },
): Promise<Uint8Array> => {
  const spoken: Uint8Array[] = []
  let rate = 0
  for (const line of lines) {
    const manner = ['-v', voice, '-p', String(pitch), '-s', String(pace)]
    const { stdout } = await programs.run({ program: 'espeak', args: [...manner, '--stdout', line] })
    const sound = readWav(stdout)
    if (!sound) throw new Error('the program that speaks wrote no sound')
    rate = sound.sampleRate
    spoken.push(sound.pcm, Buffer.alloc(2 * Math.round((rate * pauseMs) / 1000)))
  }
  return wavOf(Buffer.concat(spoken), rate)
}
