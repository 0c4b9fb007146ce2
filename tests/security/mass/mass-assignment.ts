import { type Message, toBinary, toJson } from '@bufbuild/protobuf'
import { expiries } from '../../../services/identity/infrastructure/expiries.ts'
import type { Database } from '../../../services/shared/infrastructure/database.ts'
import { sweep } from '../../../services/shared/infrastructure/janitor.ts'
import type { Report } from '../../report.ts'
import { type Fields, type Outcome, requestOf } from '../call.ts'
import { inParallel } from '../in-parallel.ts'
import { type Case, openCase } from '../matrix/case.ts'
import { rawCall } from '../raw-call.ts'
import type { Recipe } from '../recipes/recipe.ts'
import { recipes } from '../recipes/recipes.ts'
import { allRpcs, type Rpc } from '../rpcs.ts'
import type { Cast } from '../stage/cast.ts'
import { untilQuiet } from '../stage/quiet.ts'
import type { Stage } from '../stage/stage.ts'
import { twinOf } from '../stage/twins.ts'
import { binaryExtras, tainted, withJsonExtras } from './extras.ts'
import { markRows, rowsSince, withoutIdentity } from './rows.ts'

const ways = ['with JSON extras', 'with unknown fields'] as const
/** `in turn`: one with JSON extras, the next with unknown fields. */
type Way = 'as it is' | (typeof ways)[number] | 'in turn'

/** What requests left behind. */
interface Trace {
  outcomes: Outcome[]
  rows: string[]
}

const bodyOf = (rpc: Rpc, fields: Fields, way: Way): Uint8Array | string => {
  const { input } = rpc.method
  const message = requestOf(rpc, fields) as Message
  if (way === 'as it is') return toBinary(input, message)
  if (way === 'with unknown fields') return Buffer.concat([toBinary(input, message), binaryExtras(input)])
  return JSON.stringify(withJsonExtras(input, toJson(input, message) as Record<string, unknown>))
}

/** Makes the rightful requests of somebody new, one after the other, and looks at what they change. */
const trace = async (stage: Stage, cases: readonly Case[], cast: Cast, way: Way): Promise<Trace> => {
  const prepared = await inParallel(cases, 3, async (of, index) => {
    const person = await twinOf(stage, cast.ann)
    const own = way === 'in turn' ? (ways[index % ways.length] as Way) : way
    const body = bodyOf(of.rpc, await of.build(person), own)
    return { rpc: of.rpc, body, token: await of.rightfulToken(person) }
  })
  await untilQuiet(stage)
  const mark = await markRows(stage.databases)
  const outcomes: Outcome[] = []
  for (const { rpc, body, token } of prepared) outcomes.push(await rawCall(stage.url, rpc, body, token))
  await untilQuiet(stage)
  return { outcomes, rows: await rowsSince(stage.databases, mark) }
}

const failed = ({ outcomes }: Trace): string | undefined => {
  const bad = outcomes.find(({ code }) => code !== 'ok')
  return bad && `answered ${bad.code} ${bad.message}`
}

/** What altered requests did that the plain ones did not; empty when nothing. */
const difference = (plain: Trace, altered: Trace): string | undefined => {
  const refused = failed(plain) ?? failed(altered)
  if (refused) return refused
  const shown = altered.outcomes.find(({ answer }) => tainted.test(answer))
  if (shown) return `its answer shows what was slipped in: ${shown.answer.slice(0, 200)}`
  const stained = altered.rows.find((row) => tainted.test(row))
  if (stained) return `what was slipped in stays: ${stained.slice(0, 300)}`
  const [before, after] = [withoutIdentity(plain.rows), withoutIdentity(altered.rows)]
  if (before.join('\n') === after.join('\n')) return undefined
  const only = (some: readonly string[], others: readonly string[]) =>
    some.find((row) => !others.includes(row))?.slice(0, 300) ?? 'another number of rows'
  return `changes otherwise than the plain request: ${only(after, before)} instead of ${only(before, after)}`
}

/** Tries some rpcs together, each in the ways that are given. */
const slipsTogether = async (stage: Stage, cast: Cast, cases: readonly Case[], tried: readonly Way[]) => {
  const plain = await trace(stage, cases, cast, 'as it is')
  const found: string[] = []
  for (const way of tried) {
    const how = difference(plain, await trace(stage, cases, cast, way))
    if (how) found.push(`${cases.map(({ rpc }) => rpc.name).join(', ')} ${way}: ${how}`)
  }
  return found
}

/** Tries some rpcs together; where they do not do the same as plain ones, each by itself, to find which. */
const slips = async (stage: Stage, cast: Cast, cases: readonly Case[], tried: readonly Way[]): Promise<string[]> => {
  const found = await slipsTogether(stage, cast, cases, tried)
  if (found.length === 0 || cases.length === 1) return found
  // What slips in does so again; what only something else in the mesh has changed meanwhile does not.
  const again = await slipsTogether(stage, cast, cases, tried)
  if (again.length === 0) return []
  const single = []
  for (const of of cases) single.push(...(await slipsTogether(stage, cast, [of], ways)))
  return single.length > 0 ? single : again
}

/**
 * Sends everything that a context knows with every request that changes something: it must change nothing more. Every
 * rpc in each of the ways there are, or, where a glance is enough, in one of them.
 */
export const runMassAssignment = async (stage: Stage, cast: Cast, report: Report, isGlance = false): Promise<void> => {
  const tried: readonly Way[] = isGlance ? ['in turn'] : ways
  // What the janitor takes away meanwhile would look like something that a request did.
  const sql: Database['sql'] = (text, ...values) => stage.databases.sql('identity', text, ...values)
  await sweep({ sql }, expiries, stage.clock.now())
  const mutating = allRpcs().filter(({ isMutating, name }) => isMutating && recipes[name])
  const cases = await inParallel(mutating, 3, (rpc) => {
    // Every request is made by somebody new as it is.
    const recipe = { ...(recipes[rpc.name] as Recipe), needsOwnPerson: false }
    return openCase({ rpc, recipe, stage, cast, roles: [], keysUrl: '' })
  })
  // What operators do concerns the whole mesh, and so what others do.
  const isOperators = ({ rpc }: Case) => rpc.name.startsWith('troupe.mesh.')
  const found = await slips(
    stage,
    cast,
    cases.filter((of) => !isOperators(of)),
    tried,
  )
  for (const of of cases.filter(isOperators)) found.push(...(await slips(stage, cast, [of], tried)))
  for (const each of found) report.fellShort(`mass assignment: ${each}`)
  const columns = ['mutating rpcs', 'requests', 'changed what they may not']
  report.table('mass assignment', columns, [[mutating.length, (1 + tried.length) * mutating.length, found.length]])
}
