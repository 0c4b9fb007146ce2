import { describe, expect, it } from 'vitest'
import { type CheckScene, runChecks } from './checks.ts'
import { runMassAssignment } from './mass/mass-assignment.ts'
import { browserChecks } from './sessions/browsers.ts'
import { headerChecks } from './sessions/internal-headers.ts'
import { lockoutChecks } from './sessions/lockout.ts'
import { refreshChecks } from './sessions/refresh.ts'
import { fellShort, smokeOf } from './smoke.ts'

describe('a mesh of one process', () => {
  const ground = smokeOf('single')

  // Which process answers makes no difference to these.
  it('changes nothing that was slipped into a request', async () => {
    const { stage, cast } = ground()
    expect(await fellShort((report) => runMassAssignment(stage, cast, report))).toEqual([])
  }, 120_000)

  it('holds sessions, sign-in and the edge together', async () => {
    const scene: CheckScene = { ...ground(), level: 'quick', seed: 1 }
    const checks = [...browserChecks, ...headerChecks, ...refreshChecks, ...lockoutChecks.slice(1)]
    expect(await fellShort((report) => runChecks('sessions', checks, scene, report))).toEqual([])
  }, 120_000)
})
