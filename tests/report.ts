import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { dataFolder, root } from '../deploy/local/data-folder.ts'
import { table } from '../deploy/local/table.ts'

type Cell = string | number

const gib = 2 ** 30

const commit = (): string => {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  return `${git('rev-parse', '--short=12', 'HEAD') || 'unknown'}${git('status', '--porcelain') ? ' (changed)' : ''}`
}

/** When, on what commit and on what machine figures were taken. */
const circumstances = () => ({
  date: new Date().toISOString(),
  commit: commit(),
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / gib),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
  },
})

/** What a measuring command found: printed as it comes, kept as text and JSON. */
export interface Report {
  /** Prints a line. */
  say(line: string): void
  /** Prints a table and keeps its rows. */
  table(title: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void
  /** Notes a bound that was missed; the last line of the output counts them. */
  fellShort(what: string): void
  /** Keeps a value in the JSON only. */
  keep(name: string, value: unknown): void
  /** Prints what fell short, writes `<name>.txt` and `<name>.json`, and returns the exit code: 0 when nothing did. */
  finish(): number
}

/** Starts the report of a command. `folder` is where its files go; without it, below the data folder. */
export const startReport = (name: string, folder = join(dataFolder(), 'reports')): Report => {
  const began = performance.now()
  const about = circumstances()
  const lines: string[] = []
  const tables: { title: string; columns: readonly string[]; rows: readonly (readonly Cell[])[] }[] = []
  const kept: Record<string, unknown> = {}
  const missed: string[] = []
  const say = (line: string) => {
    lines.push(line)
    console.log(line)
  }
  const { cpu, cores, memoryGiB, node } = about.machine
  say(`${name} · ${about.date} · commit ${about.commit}`)
  say(`${cores} cores of ${cpu}, ${memoryGiB} GiB, node ${node}`)
  return {
    say,
    table: (title, columns, rows) => {
      tables.push({ title, columns, rows })
      for (const line of ['', title, ...table(columns, rows, 140)]) say(line)
    },
    fellShort: (what) => missed.push(what),
    keep: (key, value) => {
      kept[key] = value
    },
    finish: () => {
      say(`\ntook ${((performance.now() - began) / 1000).toFixed(0)} s`)
      for (const what of missed) say(`  ✗ ${what}`)
      say(missed.length === 0 ? 'nothing fell short' : `${missed.length} fell short`)
      const target = resolve(root, folder)
      mkdirSync(target, { recursive: true })
      writeFileSync(join(target, `${name}.txt`), `${lines.join('\n')}\n`)
      const json = { name, ...about, tables, ...kept, missed }
      writeFileSync(join(target, `${name}.json`), `${JSON.stringify(json, undefined, 2)}\n`)
      return missed.length === 0 ? 0 : 1
    },
  }
}
