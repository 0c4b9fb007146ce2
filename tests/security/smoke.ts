import { afterAll, beforeAll, expect, it } from 'vitest'
import { programsInstalled } from '../../services/shared/tests/installed-programs.ts'
import { describeCell, isGood } from './matrix/cell.ts'
import { runMatrix } from './matrix/matrix.ts'
import { assembleCast, type Cast } from './stage/cast.ts'
import { openStage, type Stage } from './stage/stage.ts'

/** A mesh to attack in the tests of a file. */
interface Ground {
  stage(): Stage
  /** Who takes part, from then on: to bring them together moves the clock. */
  cast(): Promise<Cast>
}

/** Opens a mesh of either topology for the tests of a file; of a split one, the contexts `together` share a process. */
export const groundOf = (topology: 'single' | 'split', together?: readonly string[]): Ground => {
  let stage: Stage
  let cast: Promise<Cast> | undefined
  beforeAll(async () => {
    await programsInstalled()
    stage = await openStage(`security-${topology}`, topology === 'split', { together })
  })
  afterAll(() => stage?.close())
  return {
    stage: () => stage,
    cast: () => {
      cast ??= assembleCast(stage)
      return cast
    },
  }
}

/** Tests what every topology must hold, trying the `share`-th part of what `npm run security` tries. */
export const testMatrix = (ground: Ground, share: number): void => {
  it('lets nobody call what they may not, and whoever may', async () => {
    const { rpcs, covered, cells, gaps, forgerAsked } = await runMatrix(ground.stage(), await ground.cast(), share)
    expect(gaps).toEqual([])
    expect(covered).toBe(rpcs)
    expect(cells.filter((cell) => !isGood(cell)).map(describeCell)).toEqual([])
    expect(cells.filter(({ verdict }) => verdict === 'refused').length).toBeGreaterThan((80 * rpcs) / share)
    expect(forgerAsked).toBe(0)
  }, 300_000)
}
