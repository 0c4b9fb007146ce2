import type { Report } from '../../report.ts'
import { type Cell, describeCell, isGood } from './cell.ts'
import type { MatrixResult } from './matrix.ts'

const kindOf = (attack: string) =>
  attack
    .replace(/^(a forged token).*/, '$1')
    .replace(/^(another user), .*/, '$1 with a role')
    .replace(/^an API key .*/, 'an API key that may not')
    .replace(/^(one |a link |another’s password).*/, 'a credential not one’s own')

/** Shows what the matrix found, and notes what fell short. */
export const reportMatrix = (report: Report, { rpcs, covered, cells, gaps, forgerAsked }: MatrixResult): void => {
  const verdicts = ['refused', 'harmless', 'wrongly allowed', 'leaked', 'refused otherwise', 'not proved'] as const
  const count = (some: typeof cells, verdict: (typeof verdicts)[number]) =>
    some.filter((cell) => cell.verdict === verdict).length
  const kinds = Map.groupBy(cells, ({ attack }) => kindOf(attack))
  const row = (name: string, some: typeof cells) => [
    name,
    some.length,
    ...verdicts.map((verdict) => count(some, verdict)),
  ]
  report.table(
    `matrix: ${rpcs} rpcs, ${covered} covered (${((100 * covered) / rpcs).toFixed(1)} %)`,
    ['attack', 'cells', ...verdicts],
    [...[...kinds].map(([kind, some]) => row(kind, some)), row('all', cells)],
  )
  const bad = cells.filter((cell) => !isGood(cell))
  const verdictsOf = (some: typeof cells) =>
    Object.fromEntries([...Map.groupBy(some, ({ verdict }) => verdict)].map(([verdict, of]) => [verdict, of.length]))
  const byRpc = [...Map.groupBy(cells, ({ rpc }) => rpc)].map(([rpc, some]) => [rpc, verdictsOf(some)])
  report.keep('matrix by rpc', Object.fromEntries(byRpc))
  report.keep(
    'matrix',
    bad.map(({ secrets: _, ...cell }) => cell),
  )
  for (const gap of gaps) report.fellShort(`matrix: ${gap}`)
  for (const alike of Map.groupBy(bad, ({ rpc, verdict, attack }) => `${rpc} ${verdict} ${kindOf(attack)}`).values()) {
    const more = alike.length > 1 ? `, and ${alike.length - 1} like it` : ''
    report.fellShort(`matrix: ${describeCell(alike[0] as Cell)}${more}`)
  }
  if (forgerAsked > 0) report.fellShort(`matrix: a forger was asked for keys ${forgerAsked} times`)
}
