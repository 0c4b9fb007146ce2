import { describe, expect, it } from 'vitest'
import type { Report } from '../report.ts'
import { type CheckScene, runChecks } from './checks.ts'
import { runFuzz } from './fuzz/fuzz.ts'
import { runMassAssignment } from './mass/mass-assignment.ts'
import { browserChecks } from './sessions/browsers.ts'
import { headerChecks } from './sessions/internal-headers.ts'
import { lockoutChecks } from './sessions/lockout.ts'
import { refreshChecks } from './sessions/refresh.ts'
import { groundOf, testMatrix } from './smoke.ts'
import { readLogs } from './stage/logs.ts'

/** What a part of `npm run security` says fell short. */
const fellShort = async (run: (report: Report) => Promise<void>): Promise<string[]> => {
  const missed: string[] = []
  await run({
    say: () => {},
    table: () => {},
    keep: () => {},
    finish: () => 0,
    fellShort: (what) => missed.push(what),
  })
  return missed
}

describe('a mesh of one process', () => {
  const ground = groundOf('single')
  testMatrix(ground, 16)

  // Which process answers makes no difference to these.
  it('changes nothing that was slipped into a request', async () => {
    const cast = await ground.cast()
    expect(await fellShort((report) => runMassAssignment(ground.stage(), cast, report, true))).toEqual([])
  }, 300_000)

  it('holds sessions, sign-in and the edge together', async () => {
    const scene: CheckScene = { stage: ground.stage(), cast: await ground.cast(), level: 'quick', seed: 1 }
    const checks = [...browserChecks, ...headerChecks, ...refreshChecks, ...lockoutChecks.slice(1)]
    const missed = await fellShort((report) => runChecks('sessions', checks, scene, report))
    expect({ missed, logged: readLogs(ground.stage().own.dataDir) }).toEqual({ missed: [], logged: [] })
  }, 300_000)

  // The last one: it may leave the clocks of contexts years apart.
  it('answers any request, and tells nothing of itself', async () => {
    const cast = await ground.cast()
    const seed = Math.floor(Math.random() * 2 ** 31)
    expect(await fellShort((report) => runFuzz(ground.stage(), cast, report, { each: 12, seed, share: 3 }))).toEqual([])
    expect(readLogs(ground.stage().own.dataDir)).toEqual([])
  }, 300_000)
})
