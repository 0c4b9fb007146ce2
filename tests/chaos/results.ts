import type { Report } from '../report.ts'
import type { FindingKind } from './checks/finding.ts'
import type { Fault } from './faults/fault.ts'
import type { SeedResult } from './seed-run.ts'

const recoverWithin = 30
const kinds: readonly FindingKind[] = ['lost', 'doubled', 'stuck', 'wrong']
const shownFindings = 8
/** Recoveries longer than this, in seconds, are explained. */
const longRecovery = 15

const countOf = ({ findings }: SeedResult, kind: FindingKind) => findings.filter((one) => one.kind === kind).length

const topologyOf = ({ split }: SeedResult) => (split ? 'split' : 'single')

/** One line for a seed, as soon as it is known. */
export const sayResult = (report: Report, result: SeedResult): void => {
  const counts = kinds.map((kind) => `${countOf(result, kind)} ${kind}`).join(', ')
  const outcome = Object.entries(result.outcome).map(([what, count]) => `, ${count} ${what}`)
  const faults = result.happened.map(({ fault, what }) => (what ? `${fault} (${what})` : fault)).join('; ')
  report.say(
    `seed ${result.seed} ${topologyOf(result)}: ${result.acknowledged} acknowledged${outcome.join('')}, ${counts}, recovered in ${result.recoverySeconds.toFixed(1)} s · ${faults}`,
  )
  if (result.recoverySeconds > longRecovery) {
    const waits = result.waits.map(({ for: what, until }) => `${what} until ${until.toFixed(1)} s`)
    report.say(`  waited for ${waits.join(' · ')}`)
  }
  for (const { kind, check, what } of result.findings.slice(0, shownFindings))
    report.say(`  ${kind} · ${check}: ${what}`)
  const more = result.findings.length - shownFindings
  if (more > 0) report.say(`  … and ${more} more`)
  for (const line of result.trails) report.say(`  ${line}`)
  for (const [what, count] of Object.entries(result.internal)) report.say(`  ${count} × INTERNAL from ${what}`)
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** The tables of all seeds and faults, and what fell short. */
export const reportResults = (report: Report, results: readonly SeedResult[], faults: readonly Fault[]): void => {
  const outcomes = [...new Set(results.flatMap(({ outcome }) => Object.keys(outcome)))]
  report.table(
    'Seeds',
    [
      'seed',
      'topology',
      'faults',
      'acknowledged',
      'refused',
      'repeats',
      ...outcomes,
      ...kinds,
      'recovery s',
      'clock s',
    ],
    results.map((result) => [
      result.seed,
      topologyOf(result),
      result.happened.length,
      result.acknowledged,
      result.refused,
      result.repeats,
      ...outcomes.map((what) => result.outcome[what] ?? 0),
      ...kinds.map((kind) => countOf(result, kind)),
      result.recoverySeconds.toFixed(1),
      result.clockSeconds.toFixed(1),
    ]),
  )
  const happened = results.flatMap((result) => result.happened)
  const notRun: Record<string, string> = Object.assign({}, ...results.map((result) => result.notRun))
  report.table(
    'Faults',
    ['fault', 'times', 'seconds', ''],
    faults.map(({ name }) => {
      const own = happened.filter(({ fault }) => fault === name)
      const seconds = (sum(own.map(({ from, to }) => to - from)) / 1000).toFixed(1)
      return [name, own.length, seconds, notRun[name] ? `not run: ${notRun[name]}` : '']
    }),
  )
  report.keep('seeds', results)
  for (const result of results) {
    for (const kind of kinds) {
      const count = countOf(result, kind)
      if (count > 0) report.fellShort(`seed ${result.seed}: ${count} ${kind}`)
    }
    if (result.recoverySeconds > recoverWithin) {
      report.fellShort(`seed ${result.seed}: recovered in ${result.recoverySeconds.toFixed(1)} s, not ${recoverWithin}`)
    }
    for (const what of Object.keys(result.internal)) report.fellShort(`seed ${result.seed}: INTERNAL from ${what}`)
  }
  for (const [name, why] of Object.entries(notRun)) report.say(`${name} was not run: ${why}`)
  const times = results.map(({ recoverySeconds }) => recoverySeconds).sort((one, other) => one - other)
  report.say(
    `\n${results.length} seeds: ${sum(results.map(({ acknowledged }) => acknowledged))} acknowledged, ` +
      `${kinds.map((kind) => `${sum(results.map((result) => countOf(result, kind)))} ${kind}`).join(', ')}; ` +
      `recovery ${times[Math.floor(times.length / 2)]?.toFixed(1)} s in the middle, ${times.at(-1)?.toFixed(1)} s at most`,
  )
}
