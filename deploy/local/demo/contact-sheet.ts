import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Programs } from '#shared/infrastructure/programs/program.ts'

const across = 3
const widthPx = 480

/** Writes a PNG of nine pictures of a film, from its beginning to its end. */
export const contactSheet = async (programs: Programs, film: string, sheet: string): Promise<void> => {
  const probe = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', film]
  const { stdout } = await programs.run({ program: 'ffprobe', args: probe })
  const seconds = Number(stdout.toString().trim())
  // A little more often, so that the last one is not lost to rounding.
  const pictures = `fps=${((across ** 2 + 0.5) / seconds).toFixed(6)},scale=${widthPx}:-2`
  const folder = await mkdtemp(join(dirname(sheet), '.sheet-'))
  try {
    const tiled = join(folder, 'sheet.png')
    const options = ['-vf', `${pictures},tile=${across}x${across}:padding=6`, '-frames:v', '1']
    await programs.run({ program: 'ffmpeg', args: ['-v', 'error', '-i', film, ...options, tiled] })
    if ((await readdir(folder)).length === 0) throw new Error(`nothing can be seen in ${film}`)
    await rename(tiled, sheet)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
