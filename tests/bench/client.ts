import { type Child, startChild } from './child.ts'
import { type Figure, showFigures, showLimits } from './figures.ts'
import type { Hop } from './hop.ts'
import { alternate, median, type Run, type Sample } from './measure.ts'
import { withCpuOf } from './process-cpu.ts'
import type { UnaryFacts } from './servers/unary-server.ts'
import type { Bench } from './setting.ts'

const callers = 32
const mostMicros = 25

const network = async (bench: Bench, server: UnaryFacts, client: Child<unknown>): Promise<Figure[]> => {
  const options = { measured: true }
  const referenceServer = await startChild<{ url: string }>(bench, 'references/grpc-js.ts', {
    ...options,
    args: ['server'],
  })
  const reference = await startChild(bench, 'references/grpc-js.ts', options)
  const hop = (of: Child<unknown>, command: string, url: string): Run =>
    withCpuOf(of.pid, () => of.ask<Sample>(command, { url, callers, seconds: bench.seconds } satisfies Hop))
  try {
    const sides = {
      client: hop(client, 'clientHop', server.bare),
      reference: hop(reference, 'run', referenceServer.facts.url),
      transport: hop(client, 'transportHop', server.bare),
      full: hop(client, 'clientHop', server.full),
    }
    const samples = await alternate(sides, bench)
    const figure = (name: string, ours: readonly Sample[]) => ({ name, ours, reference: samples.reference })
    return [
      { ...figure("a context's client → bare handler", samples.client), floor: 1, goal: 1.6 },
      figure('the transport alone → bare handler', samples.transport),
      figure("a context's client → all interceptors", samples.full),
    ]
  } finally {
    await reference.stop()
    await referenceServer.stop()
  }
}

const inProcess = async (bench: Bench, client: Child<unknown>) => {
  const calls = bench.quick ? 20_000 : 50_000
  const micros = async (kind: 'transport' | 'client') => {
    const runs: number[] = []
    for (let run = 0; run < bench.runs; run += 1) runs.push(await client.ask<number>('inProcessCpu', { calls, kind }))
    return median(runs)
  }
  return [
    { name: "a context's client", value: await micros('client'), atMost: mostMicros },
    { name: 'the transport alone', value: await micros('transport') },
  ]
}

/**
 * Calls between contexts: over the network with both ends on one core, so that a rate counts what both cost, against
 * grpc-js on both ends; and within the process.
 */
export const client = async (bench: Bench): Promise<void> => {
  const env = { TROUPE_DATABASE_PREFIX: 'bench_client_' }
  const server = await startChild<UnaryFacts>(bench, 'servers/unary-server.ts', { measured: true, env })
  const caller = await startChild(bench, 'servers/hop-client.ts', { measured: true, args: [server.facts.full] })
  try {
    const figures = await network(bench, server.facts, caller)
    const meaning = `GetStory from one process to another on one core, ${callers} at once; reference: grpc-js on both ends; µs: of the caller`
    showFigures(bench.report, 'client', meaning, figures)
    const limits = await inProcess(bench, caller)
    showLimits(bench.report, 'client', 'GetStory within the process, encoded and decoded; CPU µs a call', limits)
  } finally {
    await caller.stop()
    await server.stop()
  }
}
