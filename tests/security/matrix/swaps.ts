import { encodePageToken } from '../../../services/shared/application/paging.ts'
import type { Fields, Outcome } from '../call.ts'
import { idFieldsOf, valueAt, withValue } from '../id-fields.ts'
import { ownedFields } from './attempts.ts'
import { type Case, type CaseParts, isOwners, openCase } from './case.ts'
import { type Cell, judge } from './cell.ts'

const refusalsOf = ({ recipe }: Case) => [
  'permission_denied',
  'not_found',
  'unauthenticated',
  ...(recipe.refusals ?? []),
]

/** One's own request but for one id, which is another's of the same standing; beside it the other's own request. */
const swapped = async (parts: CaseParts): Promise<Cell[]> => {
  const owned = isOwners(parts) ? ownedFields(parts) : []
  const cells: Cell[] = []
  for (const { name, path } of owned) {
    const of = await openCase(parts)
    const { rpc, person, another, build, rightfulToken, send } = of
    const [mine, theirs] = [await build(person), await build(another)]
    const fields = withValue(mine, path, valueAt(theirs, path))
    const attempt = { attack: 'another’s object', field: name, refusals: refusalsOf(of), secrets: another.secrets }
    const outcome = await send(fields, await rightfulToken(person))
    // With one id the very same request is the other's; with several it is neither's, and the whole of theirs is taken.
    const right = of.recipe.isOnce ? await build(another) : owned.length === 1 ? fields : theirs
    cells.push(judge(rpc.name, attempt, outcome, await send(right, await rightfulToken(another))))
  }
  return cells
}

const placeOf = async (of: Case, theirs: Fields, name: string): Promise<string> => {
  const answered = await of.send({ ...theirs, pageSize: 1 }, await of.rightfulToken(of.another))
  const { nextPageToken, resumeToken } = JSON.parse(answered.answer || '{}') as Record<string, string>
  return (name === 'resume_token' ? resumeToken : nextPageToken) || encodePageToken([Date.now(), crypto.randomUUID()])
}

/** One's own request with a place out of another's list. */
const misplaced = async (of: Case): Promise<Cell[]> => {
  const { rpc, person, another, build, rightfulToken, send } = of
  const cells: Cell[] = []
  for (const { name, path } of idFieldsOf(rpc.method.input).filter(({ isPlace }) => isPlace)) {
    const [mine, theirs] = [await build(person), await build(another)]
    const fields = withValue(mine, path, await placeOf(of, theirs, name))
    const secrets = rpc.rule.kind === 'permission' ? [] : another.secrets
    const attempt = { attack: 'a place in another’s list', field: name, refusals: undefined, secrets }
    cells.push(judge(rpc.name, attempt, await send(fields, await rightfulToken(person))))
  }
  return cells
}

/** The recipe's own attempts, each beside the right request. */
const trespassing = async (of: Case): Promise<Cell[]> => {
  const { rpc, recipe, person, another, sceneOf, send } = of
  const trespasses = (await recipe.trespasses?.(sceneOf(person), another)) ?? []
  const outcomes: Outcome[] = []
  for (const each of trespasses) outcomes.push(await send(each.fields, each.token))
  const controls = new Map<Fields, Outcome>()
  for (const { right, token } of trespasses) if (!controls.has(right)) controls.set(right, await send(right, token))
  return trespasses.map(({ name, field, right }, index) =>
    judge(
      rpc.name,
      { attack: name, field, refusals: refusalsOf(of), secrets: [] },
      outcomes[index] as Outcome,
      controls.get(right),
    ),
  )
}

/** All that is tried with other requests than the rightful one: id by id. */
export const swapsOn = async (parts: CaseParts): Promise<Cell[]> => {
  const cells = await swapped(parts)
  const hasPlace = idFieldsOf(parts.rpc.method.input).some(({ isPlace }) => isPlace)
  // To open a case may take two new accounts.
  if (!hasPlace && !parts.recipe.trespasses) return cells
  const of = await openCase(parts)
  return [...cells, ...(await misplaced(of)), ...(await trespassing(of))]
}

/** Id fields on which nothing was tried, or of which nobody said whom they are for: each a gap in the matrix. */
export const untried = ({ rpc, recipe }: CaseParts, cells: readonly Cell[]): string[] => {
  const isTried = (name: string) => cells.some(({ field }) => field === name)
  return idFieldsOf(rpc.method.input).flatMap(({ name, isPlace }) => {
    const kind = recipe.ids?.[name]
    if (kind === 'open' || isTried(name)) return []
    if (rpc.rule.kind === 'public' && !recipe.isPrivate && !kind && !isPlace) return [`says not whom ${name} is for`]
    return kind === 'trespass' || isOwners({ rpc, recipe }) ? [`nothing was tried on ${name}`] : []
  })
}
