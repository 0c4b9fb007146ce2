import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 180_000

/** Waits until ffmpeg and espeak-ng are there: `npm test` installs what is missing while other tests run. */
export const programsInstalled = async (): Promise<void> => {
  const { TROUPE_FFMPEG, TROUPE_FFPROBE, TROUPE_ESPEAK } = process.env
  const files = [TROUPE_FFMPEG, TROUPE_FFPROBE, TROUPE_ESPEAK].map((file) => file ?? '')
  for (const began = performance.now(); !files.every(existsSync); await sleep(200)) {
    if (performance.now() - began > patienceMs) throw new Error(`not installed: ${files.join(', ')}`)
  }
}
