import { type Child, startChild } from './child.ts'
import { onDatabase } from './database.ts'
import type { Figure } from './figures.ts'
import { pgbench } from './load/pgbench.ts'
import { alternate, beside, type Run, type Sample } from './measure.ts'
import { withCpuOf } from './process-cpu.ts'
import { pageScripts } from './references/page-scripts.ts'
import type { Writing } from './servers/kernel-writer.ts'
import type { Bench } from './setting.ts'

/** Where the writer's database is. */
export interface PageDatabase {
  url: string
}

/** Starts the kernel's writer, with a page in its database for the reference to copy. */
export const startWriter = async (bench: Bench): Promise<Child<PageDatabase>> => {
  const env = { TROUPE_DATABASE_PREFIX: 'bench_write_' }
  const writer = await startChild<PageDatabase>(bench, 'servers/kernel-writer.ts', { measured: true, env })
  await writer.ask('write', { callers: 1, seconds: 0.1 } satisfies Writing)
  return writer
}

/** A run that begins with empty tables and nothing left for a checkpoint to write. */
export const onEmptyTables =
  (url: string, run: Run): Run =>
  async () => {
    await onDatabase(url, 'truncate pages, event_store, outbox', 'checkpoint')
    return run()
  }

/** Units of work of the kernel alone beside pgbench with as many clients. */
export const kernelWrites = async (bench: Bench): Promise<Figure[]> => {
  const writer = await startWriter(bench)
  const { url } = writer.facts
  const figures: Figure[] = []
  try {
    const { transaction, statement } = await pageScripts(url)
    for (const callers of [1, 8, 32, 64]) {
      const write = () => writer.ask<Sample>('write', { callers, seconds: bench.seconds } satisfies Writing)
      const ours = onEmptyTables(url, withCpuOf(writer.pid, write))
      const inTransaction = pgbench(bench, url, transaction, callers)
      const inStatement = pgbench(bench, url, statement, callers)
      const name = `kernel alone, ${callers} ${callers === 1 ? 'caller' : 'callers'}`
      if (!inTransaction || !inStatement) {
        figures.push({ name, ...(await beside(ours, undefined, bench)) })
        continue
      }
      const sides = {
        ours,
        transaction: onEmptyTables(url, inTransaction),
        statement: onEmptyTables(url, inStatement),
      }
      const samples = await alternate(sides, bench)
      figures.push({ name, ours: samples.ours, reference: samples.transaction, floor: 0.6, goal: 1 })
      figures.push({ name: 'the same, against one CTE by pgbench', ours: samples.ours, reference: samples.statement })
    }
    return figures
  } finally {
    await writer.stop()
  }
}
