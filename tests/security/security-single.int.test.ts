import { describe, expect, it } from 'vitest'
import type { Report } from '../report.ts'
import { type CheckScene, runChecks } from './checks.ts'
import { runFuzz } from './fuzz/fuzz.ts'
import { runMassAssignment } from './mass/mass-assignment.ts'
import { browserChecks } from './sessions/browsers.ts'
import { headerChecks } from './sessions/internal-headers.ts'
import { lockoutChecks } from './sessions/lockout.ts'
import { refreshChecks } from './sessions/refresh.ts'
import { smokeOf } from './smoke.ts'
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
  const ground = smokeOf('single')

  // Which process answers makes no difference to these.
  it('changes nothing that was slipped into a request', async () => {
    const { stage, cast } = ground()
    expect(await fellShort((report) => runMassAssignment(stage, cast, report))).toEqual([])
  }, 300_000)

  it('answers any request, and tells nothing of itself', async () => {
    const { stage, cast } = ground()
    expect(await fellShort((report) => runFuzz(stage, cast, report, { each: 6, seed: 1 }))).toEqual([])
    expect(readLogs(stage.own.dataDir)).toEqual([])
  }, 300_000)

  it('holds sessions, sign-in and the edge together', async () => {
    const scene: CheckScene = { ...ground(), level: 'quick', seed: 1 }
    const checks = [...browserChecks, ...headerChecks, ...refreshChecks, ...lockoutChecks.slice(1)]
    expect(await fellShort((report) => runChecks('sessions', checks, scene, report))).toEqual([])
  }, 300_000)
})
