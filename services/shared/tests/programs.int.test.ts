import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EnvReader } from '../infrastructure/config.ts'
import { ProgramError } from '../infrastructure/programs/program.ts'
import { readProgramSettings } from '../infrastructure/programs/program-settings.ts'
import { createPrograms } from '../infrastructure/programs/run-programs.ts'
import { all, gather } from './byte-streams.ts'
import { programsInstalled } from './installed-programs.ts'

/** Sound without end, as fast as it can be made. */
const endless = ['-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc', '-f', 's16le', 'pipe:1']
const sine = (seconds: number) => ['-v', 'error', '-f', 'lavfi', '-i', `sine=d=${seconds}`, '-f', 's16le', 'pipe:1']

const settings = (atOnce = 2) => ({ ...readProgramSettings(new EnvReader(process.env)), atOnce })

/** Processes of this one's children that run ffmpeg. */
const runningFfmpegs = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const isOurs = Number(parent) === process.pid && /\(ffmpeg\)/.test(stat) && state !== 'Z'
        return isOurs ? [Number(pid)] : []
      } catch {
        return [] // it has just ended
      }
    })

const gone = async () => {
  for (const began = performance.now(); runningFfmpegs().length > 0; await sleep(10)) {
    if (performance.now() - began > 5000) throw new Error('an ffmpeg runs on')
  }
}

describe('programs', () => {
  let folder: string
  beforeAll(programsInstalled, 200_000)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-programs-'))
  })
  afterEach(async () => {
    await gone()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are given what they read and give back what they write', async () => {
    const programs = createPrograms(settings())
    const sound = (await programs.run({ program: 'ffmpeg', args: sine(3) })).stdout
    expect(sound.length).toBe(3 * 44_100 * 2)
    async function* input() {
      for (let at = 0; at < sound.length; at += 10_000) yield sound.subarray(at, at + 10_000)
    }
    const raw = ['-f', 's16le', '-ar', '44100', '-ac', '1']
    const args = ['-v', 'error', ...raw, '-i', 'pipe:0', ...raw, 'pipe:1']
    expect((await all(programs.stream({ program: 'ffmpeg', args, input: input() }))).equals(sound)).toBe(true)
    const { stdout } = await programs.run({ program: 'espeak', args: ['--stdout', 'Once upon a time'] })
    expect(stdout.subarray(0, 4).toString()).toBe('RIFF')
    expect((await programs.run({ program: 'ffprobe', args: ['-version'] })).stdout.toString()).toContain(
      'ffprobe version',
    )
  })

  it('that read no more than they want to are no failure, and an input that breaks is', async () => {
    const programs = createPrograms(settings())
    async function* zeros() {
      for (;;) yield Buffer.alloc(65_536)
    }
    const args = [
      '-v',
      'error',
      '-f',
      's16le',
      '-ar',
      '44100',
      '-ac',
      '1',
      '-t',
      '1',
      '-i',
      'pipe:0',
      '-f',
      's16le',
      'pipe:1',
    ]
    expect((await programs.run({ program: 'ffmpeg', args, input: zeros() })).stdout.length).toBe(88_200)
    async function* stalling() {
      yield Buffer.alloc(200_000)
      await new Promise(() => {})
    }
    expect((await programs.run({ program: 'ffmpeg', args, input: stalling() })).stdout.length).toBe(88_200)
    async function* breaking() {
      yield Buffer.alloc(1000)
      throw new Error('the upload broke off')
    }
    await expect(programs.run({ program: 'ffmpeg', args, input: breaking() })).rejects.toThrow('the upload broke off')
  })

  it('that fail say how in the end', async () => {
    const programs = createPrograms(settings())
    const failed = await programs
      .run({ program: 'ffmpeg', args: ['-v', 'error', '-i', '/nowhere.mp3'] })
      .catch((error) => error)
    expect(failed).toBeInstanceOf(ProgramError)
    expect(failed).toMatchObject({ program: 'ffmpeg', failure: 'exit', exitCode: 1 })
    expect(failed.stderr).toContain('No such file or directory')
    await expect(gather(programs.stream({ program: 'ffmpeg', args: ['-i', '/nowhere.mp3'] }))).rejects.toThrow(
      ProgramError,
    )
  })

  it('that are missing are a precondition, and may come later', async () => {
    const later = join(folder, 'ffmpeg')
    const programs = createPrograms({ ...settings(), paths: { ...settings().paths, ffmpeg: later } })
    const missing = { kind: 'precondition', reason: 'PROGRAM_MISSING' }
    await expect(programs.run({ program: 'ffmpeg', args: [] })).rejects.toMatchObject(missing)
    await expect(gather(programs.stream({ program: 'ffmpeg', args: [] }))).rejects.toMatchObject(missing)
    expect(programs.missing('ffmpeg')).toContain(later)
    expect(programs.missing('ffprobe')).toBeUndefined()
    writeFileSync(later, '#!/bin/sh\necho here\n', { mode: 0o755 })
    expect((await programs.run({ program: 'ffmpeg', args: [] })).stdout.toString()).toBe('here\n')
  })

  it('are gone within a second of being given up, also those that will not end', async () => {
    const programs = createPrograms(settings())
    const giveUp = new AbortController()
    const running = programs.run({ program: 'ffmpeg', args: endless, signal: giveUp.signal, maxOutputBytes: 1e12 })
    const failed = expect(running).rejects.toThrow('no longer wanted')
    await sleep(500)
    expect(runningFfmpegs()).toHaveLength(1)
    const began = performance.now()
    giveUp.abort(new Error('no longer wanted'))
    await failed
    expect(performance.now() - began).toBeLessThan(1000)
    expect(runningFfmpegs()).toEqual([])

    const stubborn = join(folder, 'stubborn')
    writeFileSync(stubborn, `#!/bin/sh\ntrap '' TERM\necho ready\nwhile :; do read -t 1 x < /dev/zero || :; done\n`, {
      mode: 0o755,
    })
    const unwilling = createPrograms({ atOnce: 1, paths: { ...settings().paths, ffmpeg: stubborn } })
    const stop = new AbortController()
    const output = unwilling.stream({ program: 'ffmpeg', args: [], signal: stop.signal })[Symbol.asyncIterator]()
    await output.next()
    const from = performance.now()
    stop.abort(new Error('no longer wanted'))
    await expect(output.next()).rejects.toThrow('no longer wanted')
    expect(performance.now() - from).toBeLessThan(1000)
  })

  it('end when nobody reads on, when they take too long, and when they write too much', async () => {
    const programs = createPrograms(settings(1))
    for await (const chunk of programs.stream({ program: 'ffmpeg', args: endless })) if (chunk.length > 0) break
    expect(runningFfmpegs()).toEqual([])
    const slow = programs.run({ program: 'ffmpeg', args: endless, timeoutMs: 300, maxOutputBytes: 1e12 })
    await expect(slow).rejects.toMatchObject({ failure: 'timeout' })
    const wordy = programs.run({ program: 'ffmpeg', args: endless, maxOutputBytes: 1_000_000 })
    await expect(wordy).rejects.toMatchObject({ failure: 'output-limit' })
    // One that nobody reads holds its place for no longer than it may.
    const unread = programs.stream({ program: 'ffmpeg', args: endless, timeoutMs: 2000 })[Symbol.asyncIterator]()
    await unread.next()
    expect((await programs.run({ program: 'ffmpeg', args: sine(1) })).stdout.length).toBe(88_200)
  })

  it('run as many at once as they may, and those who wait can leave', async () => {
    const programs = createPrograms(settings(2))
    let most = 0
    const watching = setInterval(() => {
      most = Math.max(most, runningFfmpegs().length)
    }, 5)
    const encode = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=d=1:s=320x180', '-f', 'rawvideo', 'pipe:1']
    const giveUp = new AbortController()
    const left = programs.run({ program: 'ffmpeg', args: encode, signal: AbortSignal.timeout(1) })
    const runs = Array.from({ length: 6 }, () =>
      programs.run({ program: 'ffmpeg', args: encode, signal: giveUp.signal }),
    )
    await expect(left).rejects.toThrow('timeout')
    await Promise.all(runs)
    clearInterval(watching)
    expect(most).toBe(2)
  })

  it('encode at a low priority, and tell how far they are', async () => {
    const programs = createPrograms(settings(1))
    const output = join(folder, 'film.mp4')
    const told: number[] = []
    let niceness: number | undefined
    const run = programs.ffmpeg({
      args: ['-f', 'lavfi', '-i', 'testsrc=d=10:s=1280x720', '-c:v', 'libx264', '-preset', 'veryfast', '-y', output],
      durationMs: 10_000,
      onProgress: (done) => {
        const [pid] = runningFfmpegs()
        const stat = pid && readFileSync(`/proc/${pid}/stat`, 'utf8')
        if (stat) niceness = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
        told.push(done)
      },
    })
    await run
    expect(statSync(output).size).toBeGreaterThan(10_000)
    expect(told.length).toBeGreaterThan(3)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.filter((done) => done > 0.05 && done < 0.95).length).toBeGreaterThan(1)
    expect(told.at(-1)).toBe(1)
    expect(niceness).toBe(Math.min(19, getPriority() + 10))
  })
})
