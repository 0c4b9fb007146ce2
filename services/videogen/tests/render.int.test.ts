import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvReader } from '#shared/infrastructure/config.ts'
import { readProgramSettings } from '#shared/infrastructure/programs/program-settings.ts'
import { createPrograms } from '#shared/infrastructure/programs/run-programs.ts'
import { programsInstalled } from '../../shared/tests/installed-programs.ts'
import type { Captions, Soundtrack } from '../domain/film.ts'
import { planScenes } from '../domain/scene-plan.ts'
import { openRenderer, type Rendered } from '../infrastructure/render/renderer.ts'
import { lines, narrate, onsetsIn } from './film-fixture.ts'

const programs = createPrograms({ ...readProgramSettings(new EnvReader(process.env)), atOnce: 2 })
const renderer = openRenderer()
const rate = 24

const ask = async (path: string, what: string[]): Promise<Record<string, unknown>[]> => {
  const args = ['-v', 'error', '-show_entries', ...what, '-of', 'json', path]
  const { streams } = JSON.parse((await programs.run({ program: 'ffprobe', args })).stdout.toString())
  return streams
}

/** The kinds of the boxes that an MP4 file is made of. */
const boxesOf = (path: string): string[] => {
  const file = readFileSync(path)
  const boxes: string[] = []
  for (let at = 0; at + 8 <= file.length; at += file.readUInt32BE(at))
    boxes.push(file.toString('latin1', at + 4, at + 8))
  return boxes
}

/** Where captions are: most of two lines in the middle. */
const band = { width: 320, height: 84, x: 480, y: 606 }

/** What ffmpeg says of black and still pictures, and the times at which white letters come up. */
const watched = async (path: string) => {
  const seen = `blackdetect=d=0.04:pix_th=0.06,freezedetect=n=-62dB:d=1,crop=${band.width}:${band.height}:${band.x}:${band.y}`
  const { stdout, stderr } = await programs.run({
    program: 'ffmpeg',
    args: ['-hide_banner', '-nostats', '-i', path, '-an', '-vf', `${seen},format=gray`, '-f', 'rawvideo', '-'],
  })
  const size = band.width * band.height
  const white = Array.from({ length: stdout.length / size }, (_, at) =>
    stdout.subarray(at * size, (at + 1) * size).reduce((count, value) => count + (value > 225 ? 1 : 0), 0),
  )
  const hasLetters = white.map((count) => count > size * 0.03)
  const onsets = hasLetters.flatMap((has, at) => (has && !hasLetters[at - 1] ? [(at * 1000) / rate] : []))
  const black = [...stderr.matchAll(/black_start:([\d.]+) black_end:([\d.]+)/g)].map(
    ([, from, to]) => [Number(from), Number(to)] as const,
  )
  return { onsets, black, frozen: stderr.match(/freeze_start/g) ?? [], frames: white.length }
}

describe('the embedded renderer', () => {
  let folder: string
  let sound: string
  let soundtrack: Soundtrack
  let film: Rendered
  const shares: number[] = []

  const render = (
    told: Soundtrack,
    of: string,
    captions: Captions,
    into: string,
    signal = new AbortController().signal,
    onProgress = (_: number) => {},
  ) =>
    renderer.renderFilm(
      { plan: planScenes(told, 'x'), sound: of, captions, into, seed: 'x' },
      { programs, turn: into, onProgress, signal },
    )
  const folderOf = (name: string): string => mkdtempSync(join(folder, name))

  beforeAll(async () => {
    await programsInstalled()
    folder = mkdtempSync(join(tmpdir(), 'troupe-render-'))
    ;({ sound, soundtrack } = await narrate(programs, lines, folder))
    film = await render(soundtrack, sound, 'burnt', folderOf('film-'), undefined, (share) => shares.push(share))
  }, 240_000)
  afterAll(async () => {
    await renderer.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('makes a film of 720 lines that plays before all of it is there, exactly as long as its sound', async () => {
    const streams = await ask(film.video, ['stream=codec_name,profile,pix_fmt,width,height,duration'])
    expect(streams).toMatchObject([
      { codec_name: 'h264', profile: 'High', pix_fmt: 'yuv420p', width: 1280, height: 720 },
      { codec_name: 'aac' },
    ])
    const [length] = await ask(sound, ['stream=duration'])
    for (const { duration } of streams) expect(Math.abs(Number(duration) - Number(length?.duration))).toBeLessThan(0.1)
    expect(Math.abs(film.durationMs - Number(length?.duration) * 1000)).toBeLessThan(100)
    const boxes = boxesOf(film.video)
    expect(boxes.indexOf('moov')).toBeGreaterThan(-1)
    expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'))
    expect(film).toMatchObject({ width: 1280, height: 720, size: readFileSync(film.video).length })
    expect([...readFileSync(film.thumbnail).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
  })

  it('says how far it is, step by step', () => {
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(new Set(shares).size).toBeGreaterThan(5)
  })

  it('moves all the time, is dark between scenes only, and shows captions when the words are heard', async () => {
    const { onsets, black, frozen, frames } = await watched(film.video)
    expect(Math.abs(frames - (film.durationMs * rate) / 1000)).toBeLessThan(2)
    expect(frozen).toEqual([])
    const darkAt = planScenes(soundtrack, 'x')
      .scenes.filter(({ fade }) => fade === 'dark')
      .map(({ startMs }) => startMs / 1000)
    const fades = [...darkAt, film.durationMs / 1000]
    for (const [from, to] of black)
      expect(fades.some((at) => Math.abs(at - from) < 0.6 && Math.abs(at - to) < 0.6)).toBe(true)
    const heard = await onsetsIn(programs, film.video)
    expect(heard).toHaveLength(lines.length)
    expect(onsets).toHaveLength(lines.length)
    for (const [at, onset] of onsets.entries()) expect(Math.abs(onset - (heard[at] ?? 0))).toBeLessThan(150)
  })

  it('puts captions beside the pictures where that is asked for', async () => {
    const into = folderOf('soft-')
    const short = await narrate(programs, lines.slice(1, 2), into)
    const { video } = await render(short.soundtrack, short.sound, 'soft', into)
    const args = ['-v', 'error', '-i', video, '-map', '0:s:0', '-f', 'srt', '-']
    const subtitles = (await programs.run({ program: 'ffmpeg', args })).stdout.toString()
    expect(subtitles).toContain(lines[1]?.text)
    const [, minutes, seconds, ms] = /(\d\d):(\d\d),(\d{3}) -->/.exec(subtitles) ?? []
    const [heard] = await onsetsIn(programs, video)
    expect(Math.abs(Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(ms) - (heard ?? 0))).toBeLessThan(150)
  }, 60_000)

  it('stops within a second when it is cancelled, and leaves nothing', async () => {
    const into = folderOf('cancelled-')
    const stop = new AbortController()
    let stoppedAt = 0
    const rendering = render(soundtrack, sound, 'none', into, stop.signal, () => {
      if (stoppedAt > 0) return
      stoppedAt = performance.now()
      stop.abort(new Error('not wanted any more'))
    })
    await expect(rendering).rejects.toThrow('not wanted any more')
    expect(performance.now() - stoppedAt).toBeLessThan(1000)
    expect(readdirSync(into)).toEqual([])
    expect(childrenOf(process.pid)).toEqual([])
  }, 60_000)
})

/** The names of programs that were started here and run on. */
const childrenOf = (parent: number): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [state, of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
      return Number(of) === parent && state !== 'Z' && name === 'ffmpeg' ? [name] : []
    } catch {
      return [] // it has just ended
    }
  })
