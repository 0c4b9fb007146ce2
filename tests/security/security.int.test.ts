import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../report.ts'
import { type CheckScene, runChecks } from './checks.ts'
import { runFuzz } from './fuzz/fuzz.ts'
import { runMassAssignment } from './mass/mass-assignment.ts'
import { describeCell, isGood } from './matrix/cell.ts'
import { runMatrix } from './matrix/matrix.ts'
import { browserChecks } from './sessions/browsers.ts'
import { headerChecks } from './sessions/internal-headers.ts'
import { lockoutChecks } from './sessions/lockout.ts'
import { refreshChecks } from './sessions/refresh.ts'
import { assembleCast, type Cast } from './stage/cast.ts'
import { readLogs } from './stage/logs.ts'
import { openStage, type Stage } from './stage/stage.ts'

describe.each(['one process', 'a process per context'])('a mesh of %s', (topology) => {
  const split = topology !== 'one process'
  let stage: Stage
  let cast: Cast
  beforeAll(async () => {
    stage = await openStage(`security-${split ? 'split' : 'single'}`, split)
    cast = await assembleCast(stage)
  })
  afterAll(() => stage.close())

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

  it('lets nobody call what they may not, and whoever may', async () => {
    const { rpcs, covered, cells, gaps, forgerAsked } = await runMatrix(stage, cast, 8)
    expect(gaps).toEqual([])
    expect(covered).toBe(rpcs)
    expect(cells.filter((cell) => !isGood(cell)).map(describeCell)).toEqual([])
    expect(cells.filter(({ verdict }) => verdict === 'refused').length).toBeGreaterThan(10 * rpcs)
    expect(forgerAsked).toBe(0)
  }, 120_000)

  // Which process answers makes no difference to these.
  if (!split) {
    it('changes nothing that was slipped into a request', async () => {
      expect(await fellShort((report) => runMassAssignment(stage, cast, report))).toEqual([])
    }, 120_000)

    it('holds sessions, sign-in and the edge together', async () => {
      const scene: CheckScene = { stage, cast, level: 'quick', seed: 1 }
      const checks = [...browserChecks, ...headerChecks, ...refreshChecks, ...lockoutChecks.slice(1)]
      expect(await fellShort((report) => runChecks('sessions', checks, scene, report))).toEqual([])
    }, 120_000)
  }

  it('answers any request, and tells nothing of itself', async () => {
    expect(await fellShort((report) => runFuzz(stage, cast, report, { each: 6, seed: 1 }))).toEqual([])
    expect(readLogs(stage.own.dataDir)).toEqual([])
  }, 120_000)
})
