import { parseArgs } from 'node:util'
import { SetupError } from '../../deploy/local/setup-error.ts'
import type { WorkloadName } from './workload/workload.ts'

/** Faults by seed; deaths at each step of what takes many; the mesh under load, without faults. */
export type ChaosPart = 'seeds' | 'steps' | 'load'

export interface ChaosOptions {
  seeds: number
  first: number
  /** How many seeds run side by side. */
  jobs: number
  quick: boolean
  /** Only this topology; undefined for both in turn. */
  split: boolean | undefined
  /** The only fault; undefined for all. */
  only: string | undefined
  workload: WorkloadName
  parts: readonly ChaosPart[]
  /** Where the report goes; undefined for the default. */
  out: string | undefined
}

export const usage = (faults: readonly string[]): string =>
  [
    'npm run chaos -- [--seeds N] [--first N] [--jobs N] [--quick] [--split | --single] [--only FAULT] [--on-sale | --studio | --steps | --load] [--out FOLDER]',
    '',
    '  --seeds N      how many schedules of faults to run; default 20',
    '  --first N      the first seed; the others follow it; default 1',
    '  --jobs N       how many of them run side by side, each on servers of its own; default 1',
    '  --quick        3 short seeds',
    '  --split        one process a context, two of notification and story; --single: one for all; default: by turns',
    '  --only FAULT   nothing but this fault, again and again',
    '  --on-sale      only seeds, and of them: an event with some 100 tickets goes on sale, by half of the seeds with a',
    '                 waiting room; buyers come, reserve, pay with cards that are good, declined, unsure or unanswered,',
    '                 cancel and come again. Processes are killed and frozen, Postgres and nats-server crash. In the end',
    '                 buyers finish what they began, but for a few who have left: for these the clock of the mesh moves',
    '                 13 minutes, past the holds, stopping at every timer. Recovery is from the last fault until every',
    '                 reservation is at its end but theirs, and all else at rest; and what is still to be done once the',
    '                 clock has moved. How long it moved is told beside it (clock s). --split: booking, inventory, payment',
    '                 and the gateway have a process each, all others share one',
    '  --studio       only seeds, and of them: authors publish short stories with sound and film, half of them spoken by a',
    '                 friend whom they invite; processes are killed and frozen. In the end each story is published or its',
    '                 publication undone, no film counts twice, and every file has its row once orphans are swept.',
    '                 Recovery is until all is made that was begun. --split: collaboration, narration, story, videogen and',
    '                 the gateway have a process each, all others share one',
    '  --steps        only what comes next: a SIGKILL at each step of an upgrade, a renewal, a dunning and an erasure',
    '  --load         only what comes last: restarts, idle streams, overload and slow clients, each under load',
    '  --out FOLDER   where chaos.txt, chaos.json and the logs of seeds that fell short go',
    '',
    `  faults: ${faults.join(', ')}`,
  ].join('\n')

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value > 0 && value < 2 ** 31) return value
  throw new SetupError(`--${name} must be a whole number above 0, not "${text}"`)
}

const flags = {
  seeds: { type: 'string' },
  first: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  quick: { type: 'boolean', default: false },
  split: { type: 'boolean', default: false },
  single: { type: 'boolean', default: false },
  only: { type: 'string' },
  'on-sale': { type: 'boolean', default: false },
  studio: { type: 'boolean', default: false },
  steps: { type: 'boolean', default: false },
  load: { type: 'boolean', default: false },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const parse = (args: string[]) => {
  try {
    return parseArgs({ args, options: flags }).values
  } catch (error) {
    throw new SetupError((error as Error).message)
  }
}

/** Reads the command line. Throws SetupError saying what is wrong with it; undefined when only help is wanted. */
export const readOptions = (args: string[], faults: readonly string[]): ChaosOptions | undefined => {
  const {
    seeds,
    first,
    jobs,
    quick,
    split,
    single,
    only,
    'on-sale': onSale,
    studio,
    steps,
    load,
    out,
    help,
  } = parse(args)
  if (help) return undefined
  if ([onSale, studio, steps, load].filter(Boolean).length > 1)
    throw new SetupError('--on-sale, --studio, --steps and --load exclude each other')
  if (split && single) throw new SetupError('--split and --single exclude each other')
  if (only !== undefined && !faults.includes(only)) {
    throw new SetupError(`there is no fault "${only}"; there are: ${faults.join(', ')}`)
  }
  return {
    seeds: wholeNumber('seeds', seeds ?? (quick ? '3' : '20')),
    first: wholeNumber('first', first),
    jobs: wholeNumber('jobs', jobs),
    quick,
    split: split || single ? split : undefined,
    only,
    workload: onSale ? 'on-sale' : studio ? 'studio' : 'authors',
    parts: steps
      ? ['steps']
      : load
        ? ['load']
        : onSale || studio || quick || only !== undefined
          ? ['seeds']
          : ['seeds', 'steps', 'load'],
    out,
  }
}
