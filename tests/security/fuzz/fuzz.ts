import type { Report } from '../../report.ts'
import { openHttp2 } from '../http2-client.ts'
import { inParallel } from '../in-parallel.ts'
import { type Case, openCase } from '../matrix/case.ts'
import { seeded } from '../random.ts'
import type { Recipe } from '../recipes/recipe.ts'
import { recipes } from '../recipes/recipes.ts'
import { allRpcs } from '../rpcs.ts'
import type { Cast } from '../stage/cast.ts'
import type { Stage } from '../stage/stage.ts'
import { twinOf } from '../stage/twins.ts'
import { namesInside } from './leaks.ts'
import { type Finding, fuzzOnce, type Target } from './method.ts'

const timeoutMs = 16_000
/** How many requests are made of one right one. */
const perMaterial = 100

/** Right requests to start from, each for a while: what a request does may use its material up. */
const materialOf = (stage: Stage, cast: Cast, of: Case): Target['material'] => {
  let used = 0
  let current: ReturnType<Target['material']> | undefined
  const make = async () => {
    const person = await twinOf(stage, cast.ann)
    return { person, fields: await of.build(person), token: await of.rightfulToken(person) }
  }
  return () => {
    if (used++ % perMaterial === 0 || !current) current = make()
    return current
  }
}

/** Moving the clock is for the end: nothing is as it was afterwards. */
const last = ['troupe.mesh.v1.MeshService/AdvanceClock', 'troupe.mesh.v1.MeshService/SetClock']

const inOrder = () => {
  const rpcs = allRpcs().filter(({ name }) => recipes[name])
  return [...rpcs.filter(({ name }) => !last.includes(name)), ...rpcs.filter(({ name }) => last.includes(name))]
}

interface FuzzOptions {
  /** Requests for each method. */
  each: number
  seed: number
  /** Sends them to every n-th method only, beginning with one by chance. */
  share?: number
}

/** Sends every method requests of chance, over every protocol. */
export const runFuzz = async (stage: Stage, cast: Cast, report: Report, options: FuzzOptions): Promise<void> => {
  const { each, seed, share = 1 } = options
  const inside = await namesInside(stage.databases)
  const client = openHttp2(stage.url, timeoutMs)
  let crashes = 0
  for (const child of stage.own.current().processes.values()) child.once('exit', () => (crashes += 1))
  const codes = new Map<string, number>()
  const byRpc: Record<string, Record<string, number>> = {}
  const findings: Finding[] = []
  const rpcs = inOrder().filter((_, index) => (index + seed) % share === 0)
  for (const rpc of rpcs) {
    const of = await openCase({ rpc, recipe: recipes[rpc.name] as Recipe, stage, cast, roles: [], keysUrl: '' })
    const target = { of, client, inside, random: seeded(seed, rpc.name), material: materialOf(stage, cast, of) }
    // The whole mesh comes to rest for each of these.
    const isLast = last.includes(rpc.name)
    const numbers = Array.from({ length: isLast ? Math.min(each, 100) : each }, (_, number) => number)
    const own: Record<string, number> = {}
    byRpc[rpc.name] = own
    await inParallel(numbers, isLast ? 1 : 8, async (number) => {
      const { code, finding } = await fuzzOnce(target, number)
      codes.set(code, (codes.get(code) ?? 0) + 1)
      own[code] = (own[code] ?? 0) + 1
      if (finding) findings.push(finding)
    })
  }
  client.close()
  report.keep('fuzz by rpc', byRpc)
  reportFuzz(report, { rpcs: rpcs.length, codes, findings, crashes, seed })
}

interface Found {
  rpcs: number
  codes: ReadonlyMap<string, number>
  findings: readonly Finding[]
  crashes: number
  seed: number
}

const reportFuzz = (report: Report, { rpcs, codes, findings, crashes, seed }: Found): void => {
  const sent = [...codes].reduce((sum, [code, count]) => sum + (code === 'not sent' ? 0 : count), 0)
  const count = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length
  report.table(
    `fuzz: ${rpcs} methods, seed ${seed}`,
    ['answer', 'requests'],
    [...codes].sort(([, a], [, b]) => b - a),
  )
  report.table(
    'fuzz: what must not be',
    ['requests', 'crashes', 'hangs', 'broken off', 'INTERNAL or UNKNOWN', 'leaks'],
    [[sent, crashes, count('hang'), count('broken'), count('internal'), count('leak')]],
  )
  report.keep('fuzz', { seed, findings })
  if (crashes > 0) report.fellShort(`fuzz: ${crashes} processes of the mesh ended`)
  for (const alike of Map.groupBy(findings, ({ kind, rpc, what }) => `${kind} ${rpc} ${what.slice(0, 60)}`).values()) {
    const { kind, rpc, protocol, number, what, input } = alike[0] as Finding
    report.fellShort(
      `fuzz: ${kind} ×${alike.length} at ${rpc} over ${protocol}, request ${number}: ${what}\n      ${input}`,
    )
  }
}
