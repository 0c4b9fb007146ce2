import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPrintedUris } from './debian-packages.ts'
import { findOrInstallMediaPrograms } from './media-programs.ts'
import { wrapProgram } from './program-wrapper.ts'

const program = (path: string, ...lines: string[]): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 })
  return path
}

describe('programs for sound and film', () => {
  let folder: string
  const { PATH } = process.env
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-programs-'))
  })
  afterEach(() => {
    process.env.PATH = PATH
    rmSync(folder, { recursive: true, force: true })
  })

  it('are what apt says it would download, versions with an epoch among them', () => {
    const text = [
      'Reading package lists...',
      "'http://deb.debian.org/debian/pool/main/f/ffmpeg/ffmpeg_5.1.9-0%2bdeb12u1_amd64.deb' ffmpeg_7%3a5.1.9-0+deb12u1_amd64.deb 1821764 SHA256:0a",
      "'http://deb.debian.org/debian/pool/main/o/opus/libopus0_1.3.1-3_amd64.deb' libopus0_1.3.1-3_amd64.deb 195000 MD5Sum:0b",
    ].join('\n')
    expect(readPrintedUris(text)).toEqual([
      { name: 'ffmpeg', version: '7:5.1.9-0+deb12u1', bytes: 1_821_764 },
      { name: 'libopus0', version: '1.3.1-3', bytes: 195_000 },
    ])
  })

  it('run with the libraries and data of their tree, wherever it is moved to', () => {
    const tree = join(folder, 'tree')
    program(join(tree, 'usr/bin/espeak-ng'), 'echo "$LD_LIBRARY_PATH" "$ESPEAK_DATA_PATH" "$1"')
    program(join(tree, 'usr/lib/x/libsonic.so.0'))
    program(join(tree, 'usr/lib/x/pulseaudio/libpulsecommon-16.1.so'))
    program(join(tree, 'lib/x/libdbus-1.so.3'))
    const wrapper = wrapProgram(tree, 'espeak-ng', { ESPEAK_DATA_PATH: 'usr/lib/x' })
    const moved = join(folder, 'a folder with spaces')
    renameSync(tree, moved)
    const said = execFileSync(join(moved, wrapper), ['Once upon'], { encoding: 'utf8' })
    const at = `${moved}/bin/..`
    const libraries = ['lib/x', 'usr/lib/x', 'usr/lib/x/pulseaudio'].map((path) => `${at}/${path}`).join(':')
    expect(said).toBe(`${libraries} ${at}/usr/lib/x Once upon\n`)
  })

  it('are taken from the settings, from the PATH where they are recent enough, and from an earlier run', async () => {
    const dataDir = join(folder, 'data')
    const onPath = join(folder, 'bin')
    const recent = program(join(onPath, 'ffprobe'), 'echo ffprobe version 6.0.1 Copyright')
    program(join(onPath, 'ffmpeg'), 'echo ffmpeg version 4.4.2 Copyright')
    const earlier = program(join(dataDir, 'programs/ffmpeg/bin/ffmpeg'), 'echo ffmpeg version 5.1.9-0+deb12u1')
    const named = join(folder, 'my-espeak')
    process.env.PATH = onPath
    const said: string[] = []
    const log = (line: string) => said.push(line)
    const { env, ready } = findOrInstallMediaPrograms({ dataDir, log, env: { TROUPE_ESPEAK: named } })
    expect(env).toEqual({ TROUPE_FFMPEG: earlier, TROUPE_FFPROBE: recent, TROUPE_ESPEAK: named })
    await ready
    expect(said).toEqual([])
  })

  it('that cannot be installed are said to be missing, with what helps, and nothing fails', async () => {
    // Nothing is found here, apt-get neither.
    process.env.PATH = folder
    const dataDir = join(folder, 'data')
    const said: string[] = []
    const { env, ready } = findOrInstallMediaPrograms({ dataDir, log: (line) => said.push(line), env: {} })
    expect(env.TROUPE_FFMPEG).toBe(join(dataDir, 'programs/ffmpeg/bin/ffmpeg'))
    await ready
    expect(said.join('\n')).toContain('apt install ffmpeg espeak-ng')
    expect(said.join('\n')).toContain('TROUPE_ESPEAK')
  })
})
