import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeCell, isGood } from './matrix/cell.ts'
import { runMatrix } from './matrix/matrix.ts'
import { assembleCast, type Cast } from './stage/cast.ts'
import { openStage, type Stage } from './stage/stage.ts'

/** Opens a mesh of either topology for the tests of a file, and tests what every topology must hold. */
export const smokeOf = (topology: 'single' | 'split'): (() => { stage: Stage; cast: Cast }) => {
  let stage: Stage
  let cast: Cast
  beforeAll(async () => {
    stage = await openStage(`security-${topology}`, topology === 'split')
    cast = await assembleCast(stage)
  })
  afterAll(() => stage.close())

  it('lets nobody call what they may not, and whoever may', async () => {
    const { rpcs, covered, cells, gaps, forgerAsked } = await runMatrix(stage, cast, topology === 'split' ? 24 : 8)
    expect(gaps).toEqual([])
    expect(covered).toBe(rpcs)
    expect(cells.filter((cell) => !isGood(cell)).map(describeCell)).toEqual([])
    expect(cells.filter(({ verdict }) => verdict === 'refused').length).toBeGreaterThan(10 * rpcs)
    expect(forgerAsked).toBe(0)
  }, 300_000)

  return () => ({ stage, cast })
}
