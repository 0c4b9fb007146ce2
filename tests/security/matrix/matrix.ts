import { inParallel } from '../in-parallel.ts'
import type { Recipe } from '../recipes/recipe.ts'
import { recipeFile, recipes } from '../recipes/recipes.ts'
import { allRpcs, type Rpc, rolesNamed } from '../rpcs.ts'
import type { Cast } from '../stage/cast.ts'
import type { Stage } from '../stage/stage.ts'
import { attemptsOn, type Try } from './attempts.ts'
import { type Case, type CaseParts, openCase } from './case.ts'
import { type Cell, judge } from './cell.ts'
import { startKeysServer } from './keys-server.ts'
import { swapsOn, untried } from './swaps.ts'

/** What the matrix found. */
export interface MatrixResult {
  rpcs: number
  /** Rpcs of which every attempt was made on every id field. */
  covered: number
  cells: Cell[]
  /** What could not be tried, a line each: rpcs without recipe, id fields without attempt. */
  gaps: string[]
  /** How often the mesh asked a forger for keys. */
  forgerAsked: number
}

const runTry = async (of: Case, each: Try, mine: Awaited<ReturnType<Case['build']>>) => {
  // What may be answered takes effect: it must not use up what the rightful caller is to be answered with.
  const isSpent = of.rpc.isMutating && each.refusals === undefined
  const fields = isSpent || of.recipe.isOnce ? await of.build(of.person) : mine
  return of.send(fields, await each.token())
}

const runCase = async (parts: CaseParts): Promise<Cell[]> => {
  const of = await openCase(parts)
  const { rpc, person, build, rightfulToken, send } = of
  const attempts = await attemptsOn(of)
  const mine = await build(person)
  const outcomes = await inParallel(attempts, of.recipe.isOnce ? 1 : 4, (each) => runTry(of, each, mine))
  const swaps = await swapsOn(parts)
  const control = await send(of.recipe.isOnce ? await build(person) : mine, await rightfulToken(person))
  const cells = attempts.map((each, index) =>
    judge(rpc.name, each, outcomes[index] as (typeof outcomes)[number], each.refusals && control),
  )
  return [...cells, ...swaps]
}

/** Operators' rpcs act on the whole mesh: one after another, when nobody else does anything. */
const isAlone = ({ name }: Rpc) => name.startsWith('troupe.mesh.')

/**
 * Tries every rpc of the mesh with every kind of caller who must not make it, and beside them with the one who may. With
 * a `share` of n, each rpc sees the n-th part of those callers, the next one others.
 */
export const runMatrix = async (stage: Stage, cast: Cast, share = 1): Promise<MatrixResult> => {
  const rpcs = allRpcs()
  const names = new Set(rpcs.map(({ name }) => name))
  const roles = rolesNamed(rpcs)
  const keysServer = await startKeysServer()
  const gaps = [
    ...rpcs
      .filter(({ name }) => !recipes[name])
      .map(({ name }) => `${name} has no recipe: add one to ${recipeFile(name)}`),
    ...Object.keys(recipes).flatMap((name) =>
      names.has(name) ? [] : [`${recipeFile(name)} has a recipe for ${name}, which is no rpc`],
    ),
  ]
  let covered = 0
  const run = async (rpc: Rpc, index: number): Promise<Cell[]> => {
    const recipe = recipes[rpc.name] as Recipe
    try {
      const parts = {
        rpc,
        recipe,
        stage,
        cast,
        roles,
        keysUrl: keysServer.url,
        sample: { share, turn: index },
      }
      const cells = await runCase(parts)
      const missed = untried(parts, cells).map((gap) => `${rpc.name}: ${gap} (${recipeFile(rpc.name)})`)
      gaps.push(...missed)
      if (missed.length === 0) covered += 1
      return cells
    } catch (error) {
      gaps.push(`${rpc.name}: ${error instanceof Error ? error.message : error} (${recipeFile(rpc.name)})`)
      return []
    }
  }
  const known = rpcs.filter(({ name }) => recipes[name])
  try {
    const together = await inParallel(
      known.filter((rpc) => !isAlone(rpc)),
      3,
      run,
    )
    const alone = await inParallel(known.filter(isAlone), 1, run)
    return { rpcs: rpcs.length, covered, cells: [...together, ...alone].flat(), gaps, forgerAsked: keysServer.asked() }
  } finally {
    await keysServer.stop()
  }
}
