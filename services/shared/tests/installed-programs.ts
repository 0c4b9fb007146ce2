import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 180_000

const names = ['TROUPE_FFMPEG', 'TROUPE_FFPROBE', 'TROUPE_ESPEAK'] as const

/** Where ffmpeg, ffprobe and espeak-ng are, or will be: settings for whoever runs them. */
export const installedPrograms = (): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))

/** Waits until ffmpeg and espeak-ng are there: `npm test` installs what is missing while other tests run. */
export const programsInstalled = async (): Promise<void> => {
  const files = names.map((name) => process.env[name] ?? '')
  for (const began = performance.now(); !files.every(existsSync); await sleep(200)) {
    if (performance.now() - began > patienceMs) throw new Error(`not installed: ${files.join(', ')}`)
  }
}
