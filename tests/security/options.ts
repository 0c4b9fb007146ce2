import { parseArgs } from 'node:util'

const parts = ['matrix', 'mass', 'sessions', 'wire', 'fuzz'] as const
export type Part = (typeof parts)[number]

export interface Options {
  /** How much is tried: `quick` for a glance, `long` for a night. */
  level: 'quick' | 'normal' | 'long'
  split: boolean
  /** Where the report goes; below the data folder when undefined. */
  out: string | undefined
  parts: readonly Part[]
  seed: number
}

const usage = `Usage: npm run security [-- options]

Attacks a mesh of its own on 127.0.0.1, with a Postgres and a nats-server of its own on temporary folders.

  --quick          a twentieth of the fuzzing, and fewer samples (about a minute)
  --long           ten times the fuzzing
  --split          one process per context instead of one for all
  --only <part>    ${parts.join(', ')}; may be given several times
  --seed <number>  repeats what is random (printed with each run)
  --out <folder>   where security.txt and security.json go
  --help           shows this

Ends with 1 when anything fell short.`

const misused = (message: string): never => {
  console.error(`${message}\n\n${usage}`)
  process.exit(2)
}

const flag = { type: 'boolean', default: false } as const
const text = { type: 'string' } as const

const read = () => {
  const options = { quick: flag, long: flag, split: flag, help: flag, out: text, seed: text }
  try {
    return parseArgs({ options: { ...options, only: { ...text, multiple: true } } }).values
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error))
  }
}

/** `npm run security --quick` keeps the flag to npm; only what stands behind `--` comes here. */
const refuseLostFlags = (): void => {
  const lost = ['quick', 'long', 'split', 'only', 'seed', 'out'].find((name) => process.env[`npm_config_${name}`])
  if (lost) misused(`npm kept --${lost} for itself; write: npm run security -- --${lost}`)
}

/** Reads the command line; ends the process with the usage where it makes no sense, or is asked for. */
export const readOptions = (): Options => {
  refuseLostFlags()
  const { quick, long, split, help, out, seed, only = [] } = read()
  if (help) {
    console.log(usage)
    process.exit(0)
  }
  if (quick && long) misused('--quick and --long exclude each other')
  const unknown = only.find((part) => !parts.includes(part as Part))
  if (unknown) misused(`there is no part ${unknown}`)
  const number = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed)
  if (!Number.isInteger(number) || number < 0) misused(`--seed ${seed} is no whole number`)
  return {
    level: quick ? 'quick' : long ? 'long' : 'normal',
    split,
    out,
    parts: only.length > 0 ? parts.filter((part) => only.includes(part)) : parts,
    seed: number,
  }
}
