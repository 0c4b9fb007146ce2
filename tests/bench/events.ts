import { drainBacklog } from './backlog.ts'
import { type Child, startChild } from './child.ts'
import { onDatabase } from './database.ts'
import { type Limit, showFigures, showLimits } from './figures.ts'
import { alternate, median, type Run, type Sample } from './measure.ts'
import { ownNats } from './own-nats.ts'
import { withCpuOf } from './process-cpu.ts'
import type { Delays } from './servers/event-mesh.ts'
import type { Bench } from './setting.ts'

const callers = 64
const slowestMs = 25

const rates = async (bench: Bench, mesh: Child<unknown>) => {
  const nats = await startChild(bench, 'references/nats-only.ts', { measured: true })
  const sustain = (child: Child<unknown>): Run =>
    withCpuOf(child.pid, () => child.ask<Sample>('sustain', { callers, seconds: bench.seconds }))
  try {
    return await alternate({ ours: sustain(mesh), reference: sustain(nats) }, bench)
  } finally {
    await nats.stop()
  }
}

interface Facts {
  databaseOf: string[]
}

/**
 * The middle of several runs at half the rate that can be sustained. Each begins with nothing left for a checkpoint to
 * write, as runs of `write` do: what earlier runs wrote would else be written back in the middle of this one, and Postgres
 * would make new segments of its log instead of using old ones again, as it does once it has run for some minutes.
 */
const delays = async (bench: Bench, mesh: Child<Facts>, perSecond: number): Promise<Limit[]> => {
  const found: Delays[] = []
  for (let run = 0; run < bench.runs; run += 1) {
    await onDatabase(mesh.facts.databaseOf[0] ?? '', 'checkpoint')
    found.push(await mesh.ask<Delays>('pace', { perSecond, seconds: bench.seconds }))
  }
  const middle = (of: (each: Delays) => number) => median(found.map(of))
  return [
    { name: 'p50, commit to effect', value: middle(({ p50 }) => p50) },
    { name: 'p99, commit to effect', value: middle(({ p99 }) => p99), atMost: slowestMs },
    { name: 'p99, due to effect', value: middle(({ p99FromDue }) => p99FromDue) },
  ]
}

/** Events from commit to consumed with their effect: how many a second, how late, and what a backlog costs writers. */
export const events = async (bench: Bench): Promise<void> => {
  const nats = await ownNats(bench, 'events')
  const env = { TROUPE_DATABASE_PREFIX: 'bench_events_', TROUPE_NATS_URL: nats.url }
  const mesh = await startChild<Facts>(bench, 'servers/event-mesh.ts', { measured: true, env })
  try {
    const { ours, reference } = await rates(bench, mesh)
    const meaning =
      'committed, carried, consumed with effect, in one process; reference: nats.js publishes and consumes the same messages'
    showFigures(bench.report, 'events', meaning, [
      { name: 'events, sustained', ours, reference, floor: 0.15, goal: 0.35 },
    ])
    const half = median(ours.map(({ perSecond }) => perSecond)) / 2
    const late = await delays(bench, mesh, half)
    showLimits(bench.report, 'events', `delay in ms at ${Math.round(half)} events a second, each at its time`, late)
  } finally {
    await mesh.stop()
    await nats.stop()
  }
  const drained = await drainBacklog(bench)
  showLimits(bench.report, 'events', 'a backlog, drained while writers in the same process go on', drained)
}
