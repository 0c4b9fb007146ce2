import { parseArgs } from 'node:util'
import { type PartName, partNames } from './parts.ts'

/** What was asked for on the command line. */
export interface BenchOptions {
  parts: readonly PartName[]
  /** Three short runs a side and small data: shows that everything runs, and roughly where it stands. */
  quick: boolean
  /** Runs of each side. */
  runs: number
  /** Where the report goes; the data folder's `reports` when undefined. */
  out: string | undefined
}

export const usage = `usage: npm run bench -- [--quick] [--only <part>[,<part>]] [--runs N] [--out <folder>]

  --quick   three short runs a side and small data
  --only    of: ${partNames.join(', ')}
  --runs    runs of each side, alternating (5; with --quick 3)
  --out     where bench.txt and bench.json go (.troupe/reports)`

const runsOf = (text: string | undefined, quick: boolean): number => {
  if (text === undefined) return quick ? 3 : 5
  const runs = Number(text)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number from 1 on, not ${text}`)
  return runs
}

const partsOf = (text: string | undefined): readonly PartName[] => {
  if (text === undefined) return partNames
  const asked = text.split(',')
  const unknown = asked.filter((name) => !partNames.includes(name as PartName))
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}`)
  return partNames.filter((name) => asked.includes(name))
}

/** Reads the command line. Throws with what is wrong with it. */
export const readArguments = (args: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      runs: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const { quick, out } = values
  return { parts: partsOf(values.only), quick, runs: runsOf(values.runs, quick), out }
}
