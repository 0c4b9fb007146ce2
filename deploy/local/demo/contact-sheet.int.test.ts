import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvReader } from '#shared/infrastructure/config.ts'
import { readProgramSettings } from '#shared/infrastructure/programs/program-settings.ts'
import { createPrograms } from '#shared/infrastructure/programs/run-programs.ts'
import { programsInstalled } from '../../../services/shared/tests/installed-programs.ts'
import { contactSheet } from './contact-sheet.ts'

const programs = createPrograms(readProgramSettings(new EnvReader(process.env)))

describe('a contact sheet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-sheet-'))
  beforeAll(programsInstalled, 200_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has nine pictures from the whole of a film, in order', async () => {
    const [film, sheet] = [join(folder, 'film.mp4'), join(folder, 'sheet.png')]
    // Gets brighter and brighter.
    const picture = "nullsrc=s=320x180:r=10:d=3,geq=lum='20+70*T':cb=128:cr=128"
    await programs.run({
      program: 'ffmpeg',
      args: ['-v', 'error', '-f', 'lavfi', '-i', picture, '-pix_fmt', 'yuv420p', film],
    })
    await contactSheet(programs, film, sheet)
    const png = readFileSync(sheet)
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3 * 480 + 2 * 6, 3 * 270 + 2 * 6])
    const args = ['-v', 'error', '-i', sheet, '-vf', 'scale=3:3:flags=area,format=gray', '-f', 'rawvideo', '-']
    const shades = [...(await programs.run({ program: 'ffmpeg', args })).stdout]
    expect(shades).toHaveLength(9)
    for (const [at, shade] of shades.slice(1).entries()) expect(shade).toBeGreaterThan((shades[at] ?? 0) + 8)
  })

  it('is not made of a file that is no film', async () => {
    await expect(contactSheet(programs, import.meta.filename, join(folder, 'none.png'))).rejects.toThrow('ffprobe')
  })
})
